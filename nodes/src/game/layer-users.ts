/** Who is in a place (game.md 3.4). */
import {
  AnsLayerUserList,
  AnsLayerUserListData,
  AnsLayerUserListFoot,
  AnsLayerUserListHead,
  AnsLayerUserSearchData,
  AnsLayerUserSearchFoot,
  AnsLayerUserSearchHead,
  type Bytes,
  decodeLayerPath,
  noBytes,
  ReqLayerUserList,
  ReqLayerUserListData,
  ReqLayerUserListFoot,
  ReqLayerUserListHead,
  ReqLayerUserSearchData,
  ReqLayerUserSearchFoot,
  ReqLayerUserSearchHead,
} from '../pat/index.ts'
import {
  findPlayersBelow,
  type Layer,
  layerAt,
  type Shown,
  shown,
  userRow,
  usersAround,
  type Wanted,
} from '../world/index.ts'
import { huntersAbroad } from './abroad.ts'
import { picked } from './pick.ts'
import { replyRows } from './rows.ts'
import { type GameCall, gameRoutes } from './session.ts'

export const layerUserRoutes = gameRoutes(
  {
    ReqLayerUserList,
    ReqLayerUserListHead,
    ReqLayerUserListData,
    ReqLayerUserListFoot,
    ReqLayerUserSearchHead,
    ReqLayerUserSearchData,
    ReqLayerUserSearchFoot,
  },
  {
    ReqLayerUserList: (call) =>
      call.reply(AnsLayerUserList, {
        records: usersAround(call.session.player).map((layerUserInfo) => ({ layerUserInfo })),
      }),

    /** The people of one place, those below it not included. */
    ReqLayerUserListHead: (call, { path, firstIndex, count, fields }) => {
      const place = placeOf(call, path)
      const list = (people: readonly Shown[]) => {
        const rows = people.map(userRow).map(picked('layerUserInfo', fields))
        const found = call.session.cursors.layerUsers.head(rows, firstIndex, count)
        call.reply(AnsLayerUserListHead, { firstIndex, count: found })
      }
      return place ? list(place.members.occupants.map(shown)) : standingAbroad(call, path).then(list)
    },
    ReqLayerUserListData: (call, { firstIndex, count }) =>
      replyRows(call, AnsLayerUserListData, call.session.cursors.layerUsers, {
        /** The reference's constant; the client does not look at it. */
        ignored: 1,
        records: call.session.cursors.layerUsers.data(firstIndex, count),
      }),
    ReqLayerUserListFoot: (call) => {
      call.session.cursors.layerUsers.foot()
      call.reply(AnsLayerUserListFoot, {})
    },

    /** The people of a gate and of its cities. */
    ReqLayerUserSearchHead: (call, { path, capcomId, hunterName, search, firstIndex, count, fields }) => {
      const place = placeOf(call, path)
      const wanted = { capcomId, hunterName, conditions: search.list }
      const list = (people: readonly Shown[]) => {
        const rows = people.map(userRow).map(picked('layerUserInfo', fields))
        const found = call.session.cursors.layerUserSearch.head(rows, firstIndex, count)
        call.reply(AnsLayerUserSearchHead, { ignored: 0, count: found })
      }
      return place
        ? list(findPlayersBelow(place, call.session.player, wanted).map(shown))
        : belowAbroad(call, path, wanted).then(list)
    },
    ReqLayerUserSearchData: (call, { firstIndex, count }) =>
      replyRows(call, AnsLayerUserSearchData, call.session.cursors.layerUserSearch, {
        ignored: 0,
        records: call.session.cursors.layerUserSearch.data(firstIndex, count),
      }),
    ReqLayerUserSearchFoot: (call) => {
      call.session.cursors.layerUserSearch.foot()
      call.reply(AnsLayerUserSearchFoot, {})
    },
  },
)

/** A place of this node; undefined for one of another, and for none. */
const placeOf = ({ session }: GameCall, path: Bytes): Layer | undefined =>
  layerAt(session.realm.world, decodeLayerPath(path))

/** The people of a gate of another node and of its cities; of one city; of a whole server. */
async function belowAbroad(call: GameCall, path: Bytes, wanted: Wanted): Promise<readonly Shown[]> {
  const at = decodeLayerPath(path)
  return at.server === 0 || call.session.realm.world.servers.has(at.server)
    ? []
    : huntersAbroad(call.session, wanted, at)
}

/** Those alone who stand in the very place. */
async function standingAbroad(call: GameCall, path: Bytes): Promise<readonly Shown[]> {
  const { gate, city } = decodeLayerPath(path)
  const below = await belowAbroad(call, path, { capcomId: noBytes, hunterName: noBytes, conditions: [] })
  return below.filter((hunter) => hunter.path.gate === gate && hunter.path.city === city)
}
