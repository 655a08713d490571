/** Finding hunters and cities (game.md 3.4, 4.7), on all nodes: those of this one as they are now, the others as told last. */
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
  shown,
  shownPlace,
  uniqueIds,
} from '../world/index.ts'
import { citiesAbroad, huntersAbroad, placeAbroad, shownAbroad } from './abroad.ts'
import { isCapcomId } from './capcom-id.ts'
import { picked } from './pick.ts'
import { replyRows } from './rows.ts'
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
    /** Everywhere; the people of this node as they are now, the others as they were told last. */
    ReqUserSearchHead: async (call, { capcomId, hunterName, search, firstIndex, count, fields }) => {
      const { realm, player, cursors } = call.session
      const wanted = { capcomId: capcomId.slice(), hunterName: hunterName.slice(), conditions: search.list }
      const there = await huntersAbroad(call.session, wanted)
      const here = findPlayers(realm.world, player, wanted).map(shown)
      const rows = [...here, ...there].map(foundUserRow).map(picked('userSearchInfo', fields))
      call.reply(AnsUserSearchHead, { ignored: 0, count: cursors.userSearch.head(rows, firstIndex, count) })
    },
    ReqUserSearchData: (call, { firstIndex, count }) =>
      replyRows(call, AnsUserSearchData, call.session.cursors.userSearch, {
        ignored: 0,
        records: call.session.cursors.userSearch.data(firstIndex, count),
      }),
    ReqUserSearchFoot: (call) => {
      call.session.cursors.userSearch.foot()
      call.reply(AnsUserSearchFoot, {})
    },

    /** By the exact id (gap 8). The friend list asks it once for each friend. */
    ReqUserSearchInfo: async (call, { capcomId }) => {
      const { realm, player, finder } = call.session
      const id = latin1(capcomId)
      const here = findPlayer(realm.world, player, id)
      const there =
        here || realm.world.players.has(id) || !isCapcomId(id)
          ? undefined
          : await finder.find(call.session, id)
      const found = here
        ? fullUser(shown(here), shownPlace(here))
        : there && fullUser(shownAbroad(there), placeAbroad(there))
      if (found) call.reply(AnsUserSearchInfo, { userSearchInfo: found, optionalFields: [] })
      else call.refuse(AnsUserSearchInfo, gameWords.notOnline)
    },
    ReqUserSearchInfoMine: (call) => {
      const { first, second } = uniqueIds(call.session.player.id)
      call.reply(AnsUserSearchInfoMine, {
        userSearchInfo: UserSearchInfo.of({ uniqueIdA: first, uniqueIdB: second }),
      })
    },

    ReqLayerDetailSearchHead: async (call, { search, firstIndex, count, layerFields, userFields }) => {
      const { realm, player, cursors } = call.session
      const there = await citiesAbroad(call.session, search.list)
      const rows = [...findCities(realm.world, player, search.list).map(foundCityRow), ...there]
        .map(picked('layerData', layerFields))
        .map((row) => ({ ...row, users: row.users.map(picked('layerUserInfo', userFields)) }))
      const found = cursors.citySearch.head(rows, firstIndex, count)
      call.reply(AnsLayerDetailSearchHead, { unknown1: 0, count: found, unknown3: 0 })
    },
    ReqLayerDetailSearchData: (call, { firstIndex, count }) =>
      replyRows(call, AnsLayerDetailSearchData, call.session.cursors.citySearch, {
        ignored: 0,
        records: call.session.cursors.citySearch.data(firstIndex, count),
      }),
    ReqLayerDetailSearchFoot: (call) => {
      call.session.cursors.citySearch.foot()
      call.reply(AnsLayerDetailSearchFoot, {})
    },
  },
)
