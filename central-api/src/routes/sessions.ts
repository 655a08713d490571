/** The way of a log-in, as nodes ask for it. */
import {
  adoptSession,
  armSession,
  armTicket,
  chooseHunter,
  claimSession,
  endTicket,
  findTicket,
  identifyConsole,
  issueTicket,
  readTicket,
  writeSettings,
} from '@citygate/schema/contract'
import * as arming from '../services/arming.ts'
import { claim } from '../services/claim.ts'
import { identify } from '../services/consoles.ts'
import * as holding from '../services/holding.ts'
import { choose } from '../services/hunters.ts'
import * as tickets from '../services/tickets.ts'
import { type Route, serve } from './route.ts'

export const sessionRoutes: readonly Route[] = [
  serve(identifyConsole, (deps, { who, body }) => identify(deps, who.nodeId, body)),
  serve(chooseHunter, (deps, { who, params, body }) => choose(deps, who.nodeId, params, body)),
  serve(issueTicket, (deps, { who, body }) => tickets.issue(deps, who.nodeId, body)),
  serve(readTicket, (deps, { body }) => tickets.read(deps, body.ticketHash)),
  serve(findTicket, (deps, { who, body }) => tickets.find(deps, who.nodeId, body.ticketHash)),
  serve(endTicket, async (deps, { body }) => {
    await tickets.end(deps, body.ticketHash)
    return {}
  }),
  serve(armTicket, (deps, { body }) => arming.armTicket(deps, body)),
  serve(armSession, (deps, { who, params, body }) =>
    arming.armSession(deps, who.nodeId, params.capcomId, body),
  ),
  serve(adoptSession, (deps, { who, params, body }) =>
    holding.adopt(deps, who.nodeId, params.capcomId, body),
  ),
  serve(writeSettings, async (deps, { who, params, body }) => {
    await holding.writeSettings(deps, who.nodeId, params.capcomId, body)
    return {}
  }),
  serve(claimSession, (deps, { who, body }) => claim(deps, who.nodeId, body)),
]
