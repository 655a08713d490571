/** Notices about places that several commands send. All under sequence 0 (game.md 0.2). */
import { encodeLayerPath, NtcLayerInfoSet, NtcLayerUserNum } from '../pat/index.ts'
import { gateOthers } from './audience.ts'
import { layerData, optionalFieldsOf, userNum } from './describe.ts'
import { neighbour } from './describe-user.ts'
import { type Turn, unasked } from './turn.ts'
import { type City, type Player, pathOf } from './world.ts'

/** NtcLayerUserNum about a child of the receiver's layer (game.md 4.8). */
const ofChild = 4

/** Tells the people in the gate how many are in one of its cities. */
export function announcePopulation(turn: Turn, city: City): void {
  turn.tell(
    gateOthers(city.gate, turn.actor),
    NtcLayerUserNum,
    { updateType: ofChild, layerUserNum: userNum(city) },
    unasked,
  )
}

/** Tells the people in the gate everything about one of its cities. */
export function announceCity(turn: Turn, city: City, to = gateOthers(city.gate, turn.actor)): void {
  turn.tell(
    to,
    NtcLayerInfoSet,
    {
      path: encodeLayerPath(pathOf(city)),
      layerData: layerData(city, true),
      optionalFields: optionalFieldsOf(city),
    },
    unasked,
  )
}

/** What NtcLayerIn says of a newcomer. */
export const newcomer = (player: Player) => ({ capcomId: player.id, layerUserInfo: neighbour(player) })
