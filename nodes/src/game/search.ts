/** Finding hunters and cities (game.md 3.4, 4.7). Places of other nodes are not searched yet. */
import {
  AnsLayerDetailSearchData,
  AnsLayerDetailSearchFoot,
  AnsLayerDetailSearchHead,
  AnsUserSearchData,
  AnsUserSearchFoot,
  AnsUserSearchHead,
  AnsUserSearchInfo,
  AnsUserSearchInfoMine,
  latin1,
  ReqLayerDetailSearchData,
  ReqLayerDetailSearchFoot,
  ReqLayerDetailSearchHead,
  ReqUserSearchData,
  ReqUserSearchFoot,
  ReqUserSearchHead,
  ReqUserSearchInfo,
  ReqUserSearchInfoMine,
  UserSearchInfo,
} from '../pat/index.ts'
import {
  findCities,
  findPlayer,
  findPlayers,
  foundCityRow,
  foundUserRow,
  fullUser,
  uniqueIds,
} from '../world/index.ts'
import { picked } from './pick.ts'
import { gameRoutes } from './session.ts'
import { gameWords } from './words.ts'

export const searchRoutes = gameRoutes(
  {
    ReqUserSearchHead,
    ReqUserSearchData,
    ReqUserSearchFoot,
    ReqUserSearchInfo,
    ReqUserSearchInfoMine,
    ReqLayerDetailSearchHead,
    ReqLayerDetailSearchData,
    ReqLayerDetailSearchFoot,
  },
  {
    ReqUserSearchHead: (call, { capcomId, hunterName, search, firstIndex, count, fields }) => {
      const { realm, player, cursors } = call.session
      const people = findPlayers(realm.world, player, { capcomId, hunterName, conditions: search.list })
      const rows = people.map(foundUserRow).map(picked('userSearchInfo', fields))
      call.reply(AnsUserSearchHead, { ignored: 0, count: cursors.userSearch.head(rows, firstIndex, count) })
    },
    ReqUserSearchData: (call, { firstIndex, count }) =>
      call.reply(AnsUserSearchData, {
        ignored: 0,
        records: call.session.cursors.userSearch.data(firstIndex, count),
      }),
    ReqUserSearchFoot: (call) => {
      call.session.cursors.userSearch.foot()
      call.reply(AnsUserSearchFoot, {})
    },

    /** By the exact id (gap 8). The friend list asks it once for each friend. */
    ReqUserSearchInfo: (call, { capcomId }) => {
      const { realm, player } = call.session
      const found = findPlayer(realm.world, player, latin1(capcomId))
      if (found) call.reply(AnsUserSearchInfo, { userSearchInfo: fullUser(found), optionalFields: [] })
      else call.refuse(AnsUserSearchInfo, gameWords.notOnline)
    },
    ReqUserSearchInfoMine: (call) => {
      const { first, second } = uniqueIds(call.session.player.id)
      call.reply(AnsUserSearchInfoMine, {
        userSearchInfo: UserSearchInfo.of({ uniqueIdA: first, uniqueIdB: second }),
      })
    },

    ReqLayerDetailSearchHead: (call, { search, firstIndex, count, layerFields, userFields }) => {
      const { realm, player, cursors } = call.session
      const rows = findCities(realm.world, player, search.list)
        .map(foundCityRow)
        .map(picked('layerData', layerFields))
        .map((row) => ({ ...row, users: row.users.map(picked('layerUserInfo', userFields)) }))
      const found = cursors.citySearch.head(rows, firstIndex, count)
      call.reply(AnsLayerDetailSearchHead, { unknown1: 0, count: found, unknown3: 0 })
    },
    ReqLayerDetailSearchData: (call, { firstIndex, count }) =>
      call.reply(AnsLayerDetailSearchData, {
        ignored: 0,
        records: call.session.cursors.citySearch.data(firstIndex, count),
      }),
    ReqLayerDetailSearchFoot: (call) => {
      call.session.cursors.citySearch.foot()
      call.reply(AnsLayerDetailSearchFoot, {})
    },
  },
)
