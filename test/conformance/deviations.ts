/**
 * Every place where this server differs from the recordings of the reference, one by one, under the
 * clause of the protocol notes that argues for it. A difference that is not here fails its scenario,
 * and so does an entry that no longer occurs.
 */
import type { Deviation } from './judge.ts'

const clauses = {
  inOrder: 'wire.md 1: TCP may join messages; all that came are handled, in order',
  unknownTicket: 'login.md 2.6: an unknown ticket at FMP is refused at once, in words',
  refused: 'game.md 7.1 no. 38: a request that cannot be met is refused, and the player stays',
  childInfo: 'extras.md 8.2 and 10: the true layer under the number that was asked, without the surplus byte',
  pathWord: 'extras.md 1.2 and 10: the first word of a path is 3',
  blacklist: 'game.md 7.1 no. 7: the blacklist is kept',
  identity: 'login.md 3.3: the answered row is the hunter, with its stored name',
  population: 'game.md 7.1 no. 24: the gate hears when somebody joins a city',
  reservation: 'game.md 1.6 and 7.1 no. 23: a reservation ends with its owner',
  fullCity: 'game.md 7.1 no. 22: a full city lets nobody in, and who was refused stays in the gate',
  userDetails: 'game.md 7.1 no. 11: true name and size of the city',
  emptySearch: 'game.md 7.1 no. 10: a search for everybody is answered, and the player stays',
  board: 'game.md 7.1 no. 14: the board hears of those who join',
  circleInfo: 'game.md 7.1 no. 15: what the leader changes is kept',
  departed: 'game.md 7.1 no. 18: a departed party takes nobody in, and ends with its last member',
  brokenCircle: 'game.md 7.1 no. 13 and 9.3: a broken party ends for its members at once',
} as const

type Clause = keyof typeof clauses
type Place = readonly [scenario: string, step: string, client: string, packet: string]

function at(clause: Clause, [scenario, step, client, packet]: Place, fields: readonly string[]): Deviation[] {
  return fields.map((field) => ({ scenario, step, client, packet, field, clause: clauses[clause] }))
}

export const deviations: readonly Deviation[] = [
  // login_binaries
  ...at('refused', ['login_binaries', 'unknown binary 200', 'A', 'NtcShut'], ['missing']),
  ...at('refused', ['login_binaries', 'unknown binary 200', 'A', 'AnsBinaryHeadAlert'], ['surplus']),
  ...at('refused', ['login_binaries', 'unknown binary 200', 'A', 'connection'], ['close']),

  // pipelined
  ...at('inOrder', ['pipelined', 'three requests at once', 'A', 'AnsServerTime#2'], ['surplus']),
  ...at('inOrder', ['pipelined', 'three requests at once', 'A', 'AnsServerTime#3'], ['surplus']),
  ...at('inOrder', ['pipelined', 'flush', 'A', 'AnsServerTime'], ['sequence']),
  ...at('inOrder', ['pipelined', 'flush', 'A', 'AnsServerTime#2'], ['sequence']),
  ...at('inOrder', ['pipelined', 'flush', 'A', 'AnsServerTime#3'], ['sequence']),
  ...at('inOrder', ['pipelined', 'flush', 'A', 'AnsServerTime#4'], ['missing']),
  ...at('inOrder', ['pipelined', 'flush', 'A', 'AnsServerTime#5'], ['missing']),

  // ticket_unknown
  ...at('unknownTicket', ['ticket_unknown', 'connect with unknown ticket', 'B', 'NtcLogin'], ['missing']),
  ...at('unknownTicket', ['ticket_unknown', 'connect with unknown ticket', 'B', 'NtcShut'], ['surplus']),
  ...at('unknownTicket', ['ticket_unknown', 'connect with unknown ticket', 'B', 'connection'], ['close']),
  ...at(
    'unknownTicket',
    ['ticket_unknown', 'layer start with unknown ticket', 'B', 'AnsLayerStart'],
    ['missing'],
  ),
  ...at('unknownTicket', ['ticket_unknown', 'layer start with unknown ticket', 'B', 'connection'], ['close']),
  ...at('unknownTicket', ['ticket_unknown', 'gate list with unknown ticket', 'B', 'NtcShut'], ['missing']),

  // gate_browse
  ...at(
    'childInfo',
    ['gate_browse', 'own layer', 'A', 'AnsLayerChildInfo'],
    [
      'layerIndex',
      'layerData.name',
      'layerData.size',
      'layerData.capacity',
      'layerData.state',
      'layerData.order',
      'trailing',
      'layerData.unknown0x01',
      'layerData.size2',
      'layerData.layerDepth',
    ],
  ),
  ...at(
    'childInfo',
    ['gate_browse', 'gate 7 info', 'A', 'AnsLayerChildInfo'],
    [
      'layerIndex',
      'layerData.index',
      'layerData.name',
      'layerData.capacity',
      'layerData.order',
      'trailing',
      'layerData.unknown0x01',
      'layerData.size2',
      'layerData.layerDepth',
    ],
  ),
  ...at(
    'blacklist',
    ['gate_browse', 'black list', 'A', 'AnsBlackList'],
    [
      'records.length',
      'records[0].blackListUserData.index',
      'records[0].blackListUserData.capcomId',
      'records[0].blackListUserData.hunterName',
      'records[0].blackListUserData.order',
    ],
  ),
  ...at(
    'pathWord',
    ['gate_browse', 'users of gate 7', 'A', 'AnsLayerUserListData'],
    ['records[0].layerUserInfo.layerHost.network'],
  ),

  // returning_hunter
  ...at(
    'identity',
    ['returning_hunter', 'choose slot 1 without a name', 'C', 'AnsUserObject'],
    ['userObject.order', 'userObject.hunterName'],
  ),
  ...at(
    'pathWord',
    ['returning_hunter', 'found under its stored name', 'C', 'AnsUserSearchData'],
    ['records[0].userSearchInfo.layerHost.network'],
  ),

  // city_life
  ...at(
    'childInfo',
    ['city_life', 'C asks about city 4', 'C', 'AnsLayerChildInfo'],
    [
      'layerIndex',
      'layerData.index',
      'layerData.name',
      'layerData.size',
      'layerData.state',
      'layerData.order',
      'optionalFields.length',
      'trailing',
      'layerData.unknown0x01',
      'layerData.size2',
      'layerData.childPopulation',
      'layerData.matchKey',
      'layerData.layerDepth',
      'layerData.layerPathname',
      'layerData.layerHost.network',
      'layerData.layerHost.unknown',
      'layerData.layerHost.server',
      'layerData.layerHost.gate',
      'layerData.layerHost.city',
      'optionalFields[0].id',
      'optionalFields[1].id',
      'optionalFields[1].value',
      'optionalFields[2].id',
      'optionalFields[2].value',
      'optionalFields[3].id',
      'optionalFields[3].value',
    ],
  ),
  ...at('population', ['city_life', 'B goes down', 'C', 'NtcLayerUserNum'], ['surplus']),

  // city_cancel
  ...at(
    'childInfo',
    ['city_cancel', 'B sees', 'B', 'AnsLayerChildInfo'],
    [
      'layerIndex',
      'layerData.index',
      'layerData.name',
      'layerData.state',
      'layerData.order',
      'trailing',
      'layerData.unknown0x01',
      'layerData.size2',
      'layerData.childPopulation',
      'layerData.matchKey',
      'layerData.layerDepth',
      'layerData.layerPathname',
    ],
  ),
  ...at(
    'reservation',
    ['city_cancel', 'B goes away without completing', 'A', 'NtcLayerInfoSet'],
    ['surplus'],
  ),
  ...at('reservation', ['city_cancel', 'A tries the same', 'A', 'AnsLayerCreateHeadAlert'], ['missing']),
  ...at('reservation', ['city_cancel', 'A tries the same', 'A', 'AnsLayerCreateHead'], ['surplus']),

  // city_full
  ...at('population', ['city_full', 'B joins', 'C', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['city_full', 'B joins', 'D', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['city_full', 'B joins', 'E', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['city_full', 'C joins', 'D', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['city_full', 'C joins', 'E', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['city_full', 'D joins', 'E', 'NtcLayerUserNum'], ['surplus']),
  ...at('fullCity', ['city_full', 'E goes down into the full city', 'E', 'AnsLayerDown'], ['missing']),
  ...at('fullCity', ['city_full', 'E goes down into the full city', 'E', 'AnsLayerDownAlert'], ['surplus']),
  ...at('fullCity', ['city_full', 'E asks for the host', 'A', 'NtcLayerIn'], ['missing']),
  ...at('fullCity', ['city_full', 'E asks for the host', 'B', 'NtcLayerIn'], ['missing']),
  ...at('fullCity', ['city_full', 'E asks for the host', 'C', 'NtcLayerIn'], ['missing']),
  ...at('fullCity', ['city_full', 'E asks for the host', 'D', 'NtcLayerIn'], ['missing']),
  ...at('fullCity', ['city_full', 'E asks for the host', 'E', 'AnsLayerHost'], ['missing']),
  ...at('fullCity', ['city_full', 'E asks for the host', 'E', 'AnsLayerHostAlert'], ['surplus']),
  ...at('fullCity', ['city_full', 'E chats', 'A', 'NtcLayerChat'], ['missing']),
  ...at('fullCity', ['city_full', 'E chats', 'B', 'NtcLayerChat'], ['missing']),
  ...at('fullCity', ['city_full', 'E chats', 'C', 'NtcLayerChat'], ['missing']),
  ...at('fullCity', ['city_full', 'E chats', 'D', 'NtcLayerChat'], ['missing']),
  ...at('fullCity', ['city_full', 'logout', 'E', 'NtcLayerUserNum'], ['surplus']),
  ...at('fullCity', ['city_full', 'logout', 'E', 'NtcLayerUserNum#2'], ['surplus']),
  ...at('fullCity', ['city_full', 'logout', 'E', 'NtcLayerUserNum#3'], ['surplus']),
  ...at('fullCity', ['city_full', 'logout', 'E', 'NtcLayerUserNum#4'], ['surplus']),
  ...at('fullCity', ['city_full', 'logout', 'E', 'NtcLayerInfoSet'], ['surplus']),

  // leader_leaves
  ...at('population', ['leader_leaves', 'B joins', 'C', 'NtcLayerUserNum'], ['surplus']),

  // friends
  ...at(
    'blacklist',
    ['friends', 'black list', 'A', 'AnsBlackList'],
    [
      'records[0].blackListUserData.index',
      'records[0].blackListUserData.capcomId',
      'records[0].blackListUserData.hunterName',
    ],
  ),

  // search_users
  ...at(
    'pathWord',
    ['search_users', 'by part, other case', 'A', 'AnsUserSearchData'],
    ['records[1].userSearchInfo.layerHost.network'],
  ),
  ...at(
    'pathWord',
    ['search_users', 'by part, second page', 'A', 'AnsUserSearchData'],
    ['records[0].userSearchInfo.layerHost.network'],
  ),
  ...at(
    'userDetails',
    ['search_users', 'details of B', 'A', 'AnsUserSearchInfo'],
    ['userSearchInfo.unknown0x0c', 'userSearchInfo.citySize'],
  ),
  ...at(
    'pathWord',
    ['search_users', 'gate search', 'A', 'AnsLayerUserSearchData'],
    ['records[0].layerUserInfo.layerHost.network', 'records[1].layerUserInfo.layerHost.network'],
  ),
  ...at(
    'pathWord',
    ['search_users', 'gate search, one city', 'A', 'AnsLayerUserSearchData'],
    ['records[0].layerUserInfo.layerHost.network', 'records[1].layerUserInfo.layerHost.network'],
  ),
  ...at('emptySearch', ['search_users', 'empty search', 'A', 'NtcShut'], ['missing']),
  ...at('emptySearch', ['search_users', 'empty search', 'A', 'AnsUserSearchHead'], ['surplus']),
  ...at('emptySearch', ['search_users', 'empty search', 'A', 'connection'], ['close']),
  ...at('emptySearch', ['search_users', 'empty search', 'C', 'NtcLayerOut'], ['missing']),
  ...at('emptySearch', ['search_users', 'logout', 'A', 'NtcLayerUserNum'], ['surplus']),
  ...at('emptySearch', ['search_users', 'logout', 'A', 'NtcLayerInfoSet'], ['surplus']),
  ...at('emptySearch', ['search_users', 'logout', 'A', 'NtcLayerOut'], ['surplus']),

  // circle_password
  ...at('population', ['circle_password', 'B joins city 1', 'C', 'NtcLayerUserNum'], ['surplus']),
  ...at(
    'board',
    ['circle_password', 'B joins with the right one', 'A', 'NtcCircleListLayerChange'],
    ['surplus'],
  ),
  ...at(
    'board',
    ['circle_password', 'B joins with the right one', 'B', 'NtcCircleListLayerChange'],
    ['surplus'],
  ),
  ...at(
    'board',
    ['circle_password', 'B joins with the right one', 'C', 'NtcCircleListLayerChange'],
    ['surplus'],
  ),
  ...at('board', ['circle_password', 'C joins now', 'A', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_password', 'C joins now', 'B', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_password', 'C joins now', 'C', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('brokenCircle', ['circle_password', 'logout', 'C', 'NtcCircleListLayerChange#2'], ['missing']),

  // circle_cycle
  ...at('population', ['circle_cycle', 'B joins city 1', 'C', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['circle_cycle', 'B joins city 1', 'D', 'NtcLayerUserNum'], ['surplus']),
  ...at('population', ['circle_cycle', 'C joins city 1', 'D', 'NtcLayerUserNum'], ['surplus']),
  ...at('board', ['circle_cycle', 'B joins', 'A', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'B joins', 'B', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'B joins', 'C', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'B joins', 'D', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'C joins', 'A', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'C joins', 'B', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'C joins', 'C', 'NtcCircleListLayerChange'], ['surplus']),
  ...at('board', ['circle_cycle', 'C joins', 'D', 'NtcCircleListLayerChange'], ['surplus']),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A changes the quest', 'A', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A changes the quest', 'B', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A changes the quest', 'C', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A changes the quest', 'D', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at('circleInfo', ['circle_cycle', 'A starts', 'A', 'NtcCircleListLayerChange'], ['circleInfo.remarks']),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A starts', 'A', 'NtcCircleListLayerChange#2'],
    ['circleInfo.remarks'],
  ),
  ...at('circleInfo', ['circle_cycle', 'A starts', 'B', 'NtcCircleListLayerChange'], ['circleInfo.remarks']),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A starts', 'B', 'NtcCircleListLayerChange#2'],
    ['circleInfo.remarks'],
  ),
  ...at('circleInfo', ['circle_cycle', 'A starts', 'C', 'NtcCircleListLayerChange'], ['circleInfo.remarks']),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A starts', 'C', 'NtcCircleListLayerChange#2'],
    ['circleInfo.remarks'],
  ),
  ...at('circleInfo', ['circle_cycle', 'A starts', 'D', 'NtcCircleListLayerChange'], ['circleInfo.remarks']),
  ...at(
    'circleInfo',
    ['circle_cycle', 'A starts', 'D', 'NtcCircleListLayerChange#2'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'D reads the board during the quest', 'D', 'AnsCircleListLayer'],
    ['records[0].circleInfo.remarks'],
  ),
  ...at('departed', ['circle_cycle', 'D tries to join a running quest', 'A', 'NtcCircleJoin'], ['missing']),
  ...at('departed', ['circle_cycle', 'D tries to join a running quest', 'B', 'NtcCircleJoin'], ['missing']),
  ...at('departed', ['circle_cycle', 'D tries to join a running quest', 'D', 'AnsCircleJoin'], ['missing']),
  ...at(
    'departed',
    ['circle_cycle', 'D tries to join a running quest', 'D', 'AnsCircleJoinAlert'],
    ['surplus'],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'B leaves the circle', 'A', 'NtcCircleListLayerChange'],
    ['circleInfo.partyMembers', 'circleInfo.playerCount'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'B leaves the circle', 'A', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'B leaves the circle', 'B', 'NtcCircleListLayerChange'],
    ['circleInfo.partyMembers', 'circleInfo.playerCount'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'B leaves the circle', 'B', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'B leaves the circle', 'C', 'NtcCircleListLayerChange'],
    ['circleInfo.partyMembers', 'circleInfo.playerCount'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'B leaves the circle', 'C', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at('departed', ['circle_cycle', 'B leaves the circle', 'D', 'NtcCircleLeave'], ['missing']),
  ...at(
    'departed',
    ['circle_cycle', 'B leaves the circle', 'D', 'NtcCircleListLayerChange'],
    ['circleInfo.partyMembers', 'circleInfo.playerCount'],
  ),
  ...at(
    'circleInfo',
    ['circle_cycle', 'B leaves the circle', 'D', 'NtcCircleListLayerChange'],
    ['circleInfo.remarks'],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'A leaves the circle', 'A', 'NtcCircleListLayerChange'],
    [
      'circleInfo.partyMembers',
      'circleInfo.remarks',
      'circleInfo.playerCount',
      'circleInfo.capacity',
      'circleInfo.index2',
      'circleInfo.leaderCapcomId',
      'circleInfo.unknown0x0e',
      'circleInfo.notJoinable',
      'circleInfo.order',
      'optionalFields[1].value',
    ],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'A leaves the circle', 'B', 'NtcCircleListLayerChange'],
    [
      'circleInfo.partyMembers',
      'circleInfo.remarks',
      'circleInfo.playerCount',
      'circleInfo.capacity',
      'circleInfo.index2',
      'circleInfo.leaderCapcomId',
      'circleInfo.unknown0x0e',
      'circleInfo.notJoinable',
      'circleInfo.order',
      'optionalFields[1].value',
    ],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'A leaves the circle', 'C', 'NtcCircleListLayerChange'],
    [
      'circleInfo.partyMembers',
      'circleInfo.remarks',
      'circleInfo.playerCount',
      'circleInfo.capacity',
      'circleInfo.index2',
      'circleInfo.leaderCapcomId',
      'circleInfo.unknown0x0e',
      'circleInfo.notJoinable',
      'circleInfo.order',
      'optionalFields[1].value',
    ],
  ),
  ...at('departed', ['circle_cycle', 'A leaves the circle', 'D', 'NtcCircleLeave'], ['missing']),
  ...at('departed', ['circle_cycle', 'A leaves the circle', 'D', 'NtcCircleHost'], ['missing']),
  ...at(
    'departed',
    ['circle_cycle', 'A leaves the circle', 'D', 'NtcCircleListLayerChange'],
    [
      'circleInfo.partyMembers',
      'circleInfo.remarks',
      'circleInfo.playerCount',
      'circleInfo.capacity',
      'circleInfo.index2',
      'circleInfo.leaderCapcomId',
      'circleInfo.unknown0x0e',
      'circleInfo.notJoinable',
      'circleInfo.order',
      'optionalFields[1].value',
    ],
  ),
  ...at(
    'departed',
    ['circle_cycle', 'the board at the end', 'D', 'AnsCircleListLayer'],
    [
      'records.length',
      'records[0].circleInfo.index',
      'records[0].circleInfo.partyMembers',
      'records[0].circleInfo.remarks',
      'records[0].circleInfo.playerCount',
      'records[0].circleInfo.capacity',
      'records[0].circleInfo.index2',
      'records[0].circleInfo.leaderCapcomId',
      'records[0].circleInfo.unknown0x0e',
      'records[0].circleInfo.notJoinable',
      'records[0].circleInfo.order',
      'records[0].optionalFields.length',
      'records[0].optionalFields[0].id',
      'records[0].optionalFields[0].value',
      'records[0].optionalFields[1].id',
      'records[0].optionalFields[1].value',
    ],
  ),
  ...at('departed', ['circle_cycle', 'logout', 'D', 'NtcCircleListLayerChange'], ['missing']),
]
