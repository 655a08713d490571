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
  ReqLayerUserList,
  ReqLayerUserListData,
  ReqLayerUserListFoot,
  ReqLayerUserListHead,
  ReqLayerUserSearchData,
  ReqLayerUserSearchFoot,
  ReqLayerUserSearchHead,
} from '../pat/index.ts'
import { findPlayersBelow, type Layer, layerAt, shown, userRow, usersAround } from '../world/index.ts'
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
      const people = placeOf(call, path)?.members.occupants ?? []
      const rows = people.map(shown).map(userRow).map(picked('layerUserInfo', fields))
      const found = call.session.cursors.layerUsers.head(rows, firstIndex, count)
      call.reply(AnsLayerUserListHead, { firstIndex, count: found })
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
      const people = place ? findPlayersBelow(place, call.session.player, wanted) : []
      const rows = people.map(shown).map(userRow).map(picked('layerUserInfo', fields))
      const found = call.session.cursors.layerUserSearch.head(rows, firstIndex, count)
      call.reply(AnsLayerUserSearchHead, { ignored: 0, count: found })
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

/** A place of this node; who names another finds nobody. */
const placeOf = ({ session }: GameCall, path: Bytes): Layer | undefined =>
  layerAt(session.realm.world, decodeLayerPath(path))
