/** What concerns two players, as nodes ask for it. */
import {
  answerFriend,
  askFriend,
  deleteFriend,
  findOnline,
  readAcquaintances,
  searchCities,
  searchOnline,
  setBlacklisted,
  setDeniesRequests,
  tellPlayer,
} from '@citygate/schema/contract'
import * as acquaintances from '../services/acquaintances.ts'
import type { Acting } from '../services/acting.ts'
import * as blacklist from '../services/blacklist.ts'
import * as friends from '../services/friends.ts'
import { searchCitiesAbroad } from '../services/online-cities.ts'
import * as onlineSearch from '../services/online-search.ts'
import { tell } from '../services/tells.ts'
import { type NodeCaller, type Route, serve } from './route.ts'

interface Held {
  readonly who: NodeCaller
  readonly params: { readonly capcomId: string }
  readonly body: { readonly epoch: number; readonly fence: number }
}

const acting = ({ who, params, body }: Held): Acting => ({
  nodeId: who.nodeId,
  capcomId: params.capcomId,
  epoch: body.epoch,
  fence: body.fence,
})

export const socialRoutes: readonly Route[] = [
  serve(readAcquaintances, (deps, request) => acquaintances.readAcquaintances(deps, acting(request))),
  serve(askFriend, (deps, request) =>
    friends.ask(deps, acting(request), request.params.other, request.body.message),
  ),
  serve(answerFriend, (deps, request) =>
    friends.answer(deps, acting(request), request.params.other, request.body.accepted),
  ),
  serve(deleteFriend, async (deps, request) => {
    await friends.remove(deps, acting(request), request.params.other)
    return {}
  }),
  serve(setBlacklisted, (deps, request) =>
    blacklist.setBlacklisted(deps, acting(request), request.params.other, request.body.listed),
  ),
  serve(setDeniesRequests, async (deps, request) => {
    await blacklist.setDeniesRequests(deps, acting(request), request.body.denies)
    return {}
  }),
  serve(tellPlayer, (deps, request) =>
    tell(deps, acting(request), request.params.other, request.body.message),
  ),
  serve(searchCities, (deps, { body, who }) => searchCitiesAbroad(deps.db, who.nodeId, body)),
  serve(searchOnline, (deps, { body }) => onlineSearch.search(deps.db, body)),
  serve(findOnline, (deps, { body }) => onlineSearch.find(deps.db, body.seeker, body.capcomIds)),
]
