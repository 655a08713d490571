/** Moving between layers and asking what they are (game.md 3.3). */
import {
  AnsLayerChildInfo,
  AnsLayerDown,
  AnsLayerEnd,
  AnsLayerHost,
  AnsLayerInfo,
  AnsLayerParentInfo,
  AnsLayerStart,
  AnsLayerUp,
  decodeLayerPath,
  ReqLayerChildInfo,
  ReqLayerDown,
  ReqLayerEnd,
  ReqLayerHost,
  ReqLayerInfo,
  ReqLayerParentInfo,
  ReqLayerStart,
  ReqLayerUp,
} from '../pat/index.ts'
import {
  askCityHost,
  childrenOf,
  endLayers,
  goDown,
  goUp,
  layerAt,
  layerRow,
  startLayers,
} from '../world/index.ts'
import { showWaitingRequests } from './friends.ts'
import { gameRoutes } from './session.ts'
import { reasonWords } from './words.ts'

/** ReqLayerChildInfo asks about the player's own layer with it (extras.md 8.2). */
const ownLayer = 0

export const layerRoutes = gameRoutes(
  {
    ReqLayerStart,
    ReqLayerInfo,
    ReqLayerParentInfo,
    ReqLayerChildInfo,
    ReqLayerDown,
    ReqLayerUp,
    ReqLayerEnd,
    ReqLayerHost,
  },
  {
    ReqLayerStart: (call) => call.session.realm.request(call, AnsLayerStart, startLayers),
    ReqLayerDown: (call, { layerIndex }) => {
      call.session.realm.request(call, AnsLayerDown, goDown, layerIndex)
      if (call.session.player.at) showWaitingRequests(call.session)
    },
    ReqLayerUp: (call) => call.session.realm.request(call, AnsLayerUp, goUp),
    ReqLayerEnd: (call) => call.session.realm.request(call, AnsLayerEnd, endLayers),
    ReqLayerHost: (call, { cityPath }) =>
      call.session.realm.request(call, AnsLayerHost, askCityHost, cityPath),
    ReqLayerInfo: (call, { path }) => {
      const layer = layerAt(call.session.realm.world, decodeLayerPath(path))
      if (layer) call.reply(AnsLayerInfo, { path, ...layerRow(layer) })
      else call.refuse(AnsLayerInfo, reasonWords.no_such_place)
    },
    /** A server has no parent; its own data stand in for it. */
    ReqLayerParentInfo: (call) => {
      const { at, server } = call.session.player
      const parent = at?.kind === 'city' ? at.gate : server
      call.reply(AnsLayerParentInfo, layerRow(parent))
    },
    /** The number asked for comes back: with it the client knows whose data it reads (extras.md 10). */
    ReqLayerChildInfo: (call, { layerIndex }) => {
      const at = call.session.player.at ?? call.session.player.server
      const layer = layerIndex === ownLayer ? at : childrenOf(at)[layerIndex - 1]
      if (layer) call.reply(AnsLayerChildInfo, { layerIndex, ...layerRow(layer) })
      else call.refuse(AnsLayerChildInfo, reasonWords.no_such_place)
    },
  },
)
