/** What anybody may ask (surface.md, "REST, version 1"). */
import {
  type City,
  type Gate,
  getHealth,
  getNodeLive,
  getOpenApi,
  getPlayer,
  getReadiness,
  getStats,
  getStatsHistory,
  listCities,
  listGates,
  listNodes,
  listServers,
  type NodeItem,
  type Server,
  searchPlayers,
  streamEvents,
} from '@citygate/schema/contract'
import { transact } from '../db/transaction.ts'
import { openApi } from '../openapi.ts'
import { openEvents } from '../services/events.ts'
import * as live from '../services/live.ts'
import * as nodes from '../services/nodes-view.ts'
import * as search from '../services/search.ts'
import * as servers from '../services/servers-view.ts'
import * as stats from '../services/stats.ts'
import * as history from '../services/stats-history.ts'
import { type Route, serve } from './route.ts'

/** Of a short list that is always told whole. */
const whole = <T extends City | Gate | NodeItem | Server>(items: T[]) => ({ items, next: null })

export const publicRoutes: readonly Route[] = [
  serve(searchPlayers, (deps, { query }) => search.searchPlayers(deps, query)),
  serve(getPlayer, (deps, { params }) => search.getPlayer(deps, params.capcomId)),
  serve(listServers, async (deps) => whole(await transact(deps, servers.listServers))),
  serve(listGates, async (deps, { params }) =>
    whole(await transact(deps, (tx) => servers.listGates(tx, params.server))),
  ),
  serve(listCities, async (deps, { params }) =>
    whole(await transact(deps, (tx) => servers.listCities(tx, params.server, params.gate))),
  ),
  serve(listNodes, async (deps) => whole(await transact(deps, nodes.listNodes))),
  serve(getNodeLive, (deps, { params }) => live.nodeLive(deps, params.nodeId)),
  serve(getStats, (deps) => transact(deps, stats.readStats)),
  serve(getStatsHistory, (deps, { query }) => transact(deps, (tx) => history.readHistory(tx, query))),
  serve(streamEvents, (deps, { signal }) => openEvents(deps, signal)),
  serve(getHealth, async () => ({ status: 'ok' as const })),
  serve(getReadiness, (deps) => transact(deps, stats.readReadiness)),
  serve(getOpenApi, async () => openApi()),
]
