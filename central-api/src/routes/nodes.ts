/** What nodes and operators ask of nodes: enrolment, registration, sync. */
import {
  checkReach,
  createEnrolToken,
  enrolNode,
  limitNode,
  limitNodes,
  registerNode,
  releaseOwnServers,
  releaseServers,
  syncNode,
} from '@citygate/schema/contract'
import { createToken, enrol } from '../services/enrolment.ts'
import * as reach from '../services/reach.ts'
import * as registration from '../services/registration.ts'
import * as limits from '../services/server-limits.ts'
import * as release from '../services/server-release.ts'
import { sync } from '../services/sync.ts'
import { type Route, serve } from './route.ts'

export const nodeRoutes: readonly Route[] = [
  serve(createEnrolToken, (deps, { who, body }) => createToken(deps, who.operatorId, body)),
  serve(enrolNode, (deps, { who, body }) => enrol(deps, who.tokenHash, body)),
  serve(registerNode, (deps, { who, body, from }) => registration.registerNode(deps, who, body, from)),
  serve(checkReach, (deps, { who, body, from }) => reach.checkReach(deps, who.nodeId, from, body)),
  serve(syncNode, (deps, { who, body, signal }) => sync(deps, who.nodeId, body, signal)),
  serve(releaseOwnServers, (deps, { who }) => release.releaseOwn(deps, who.nodeId)),
  serve(limitNode, (deps, { who, params, body }) =>
    limits.limitNode(deps, who.operatorId, params.nodeId, body.limits),
  ),
  serve(limitNodes, (deps, { who, body }) => limits.limitNodes(deps, who.operatorId, body.limits)),
  serve(releaseServers, (deps, { who, params }) =>
    release.releaseServers(deps, who.operatorId, params.nodeId),
  ),
]
