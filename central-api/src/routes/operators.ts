/** What operators may do. */
import {
  announce,
  changePlayerRecord,
  createBan,
  createOperatorKey,
  drainNode,
  getMetrics,
  getPlayerLive,
  getPlayerRecord,
  kickPlayer,
  liftBan,
  listAudit,
  listBans,
  listEnrolTokens,
  listJournals,
  listOperatorKeys,
  listPlayerVersions,
  orderConsistency,
  Problem,
  revokeEnrolToken,
  revokeOperatorKey,
  rollBackPlayer,
} from '@citygate/schema/contract'
import { transact } from '../db/transaction.ts'
import * as audit from '../services/audit.ts'
import * as bans from '../services/bans.ts'
import * as tokens from '../services/enrol-tokens.ts'
import { readFigures } from '../services/figures.ts'
import { kick } from '../services/kicks.ts'
import * as live from '../services/live.ts'
import * as orders from '../services/node-orders.ts'
import * as keys from '../services/operator-keys.ts'
import * as records from '../services/player-records.ts'
import { type Route, serve } from './route.ts'

/** Of a short list that is always told whole. */
const whole = <T>(items: T[]) => ({ items, next: null })

export const operatorRoutes: readonly Route[] = [
  serve(createOperatorKey, (deps, { who, body }) => keys.createKey(deps, who.operatorId, body)),
  serve(listOperatorKeys, async (deps) => whole(await transact(deps, keys.listKeys))),
  serve(revokeOperatorKey, (deps, { who, params }) => keys.revokeKey(deps, who.operatorId, params.keyId)),
  serve(listEnrolTokens, async (deps) => whole(await transact(deps, tokens.listTokens))),
  serve(revokeEnrolToken, (deps, { who, params }) =>
    tokens.revokeToken(deps, who.operatorId, params.tokenId),
  ),
  serve(createBan, (deps, { who, body }) => bans.createBan(deps, who.operatorId, body)),
  serve(listBans, (deps, { query }) => transact(deps, (tx) => bans.listBans(tx, query))),
  serve(liftBan, (deps, { who, params }) => bans.liftBan(deps, who.operatorId, params.banId)),
  serve(kickPlayer, (deps, { who, params, body }) => kick(deps, who.operatorId, params.capcomId, body.text)),
  serve(announce, (deps, { who, body }) => orders.announce(deps, who.operatorId, body)),
  serve(drainNode, (deps, { who, params, body }) =>
    orders.orderDrain(deps, who.operatorId, params.nodeId, body),
  ),
  serve(orderConsistency, (deps, { who, params, body }) =>
    orders.orderConsistency(deps, who.operatorId, params.nodeId, body.consistency),
  ),
  serve(listJournals, (deps) => transact(deps, live.readJournals)),
  serve(getPlayerLive, (deps, { params }) => live.playerLive(deps, params.capcomId)),
  serve(getMetrics, async (deps) => {
    if (!deps.metrics) throw new Problem('not_offered', 'Nothing is counted here between requests.')
    return deps.metrics.render(await transact(deps, readFigures))
  }),
  serve(listAudit, (deps, { query }) => transact(deps, (tx) => audit.listAudit(tx, query))),
  serve(getPlayerRecord, (deps, { params }) =>
    transact(deps, (tx) => records.readRecord(tx, params.capcomId)),
  ),
  serve(changePlayerRecord, (deps, { who, params, body, version }) =>
    records.rename(deps, who.operatorId, params.capcomId, body.name, version),
  ),
  serve(listPlayerVersions, (deps, { params, query }) =>
    transact(deps, (tx) => records.listVersions(tx, params.capcomId, query)),
  ),
  serve(rollBackPlayer, (deps, { who, params, body, version }) =>
    records.rollBack(deps, who.operatorId, params.capcomId, body.version, version),
  ),
]
