/** When a call may be made a second time (docs/decisions/0051-repeats.md). Pure. */
import {
  armSession,
  armTicket,
  chooseHunter,
  claimSession,
  deleteFriend,
  type Endpoint,
  endTicket,
  findOnline,
  findTicket,
  type Input,
  identifyConsole,
  issueTicket,
  readAcquaintances,
  readTicket,
  registerNode,
  releaseOwnServers,
  searchCities,
  searchOnline,
  setBlacklisted,
  setDeniesRequests,
  tellPlayer,
} from '@citygate/schema/contract'

/**
 * What is known of a call that gave no good answer. `not-sent`: central never saw it. `rolled-back`:
 * central says that nothing was committed. `unknown`: it may have been done. `answered`: it was
 * refused, and will be again.
 */
export type NoAnswer = 'not-sent' | 'rolled-back' | 'unknown' | 'answered'

/** Asking twice leaves central as asking once does. A second `registerNode` supersedes only the answer that was lost. */
const sameWhenRepeated: readonly Endpoint[] = [
  chooseHunter,
  claimSession,
  issueTicket,
  readTicket,
  findTicket,
  armTicket,
  armSession,
  registerNode,
  releaseOwnServers,
  endTicket,
  readAcquaintances,
  deleteFriend,
  setBlacklisted,
  setDeniesRequests,
  searchOnline,
  searchCities,
  findOnline,
]

/** Asking twice would do it twice; central keeps the answer of a key, so that a repeat is answered and not done. */
export const needsKey = (endpoint: Endpoint): boolean => endpoint.name === tellPlayer.name

export const repeatsAtMost = 2

/** @param body what is asked */
export function mayRepeat(endpoint: Endpoint, body: unknown, why: NoAnswer): boolean {
  if (why === 'answered') return false
  if (why !== 'unknown' || endpoint.method === 'GET') return true
  return needsKey(endpoint) || sameWhenRepeated.includes(endpoint) || showsCode(endpoint, body)
}

/** A console is found by the code that it shows, however often; without one each call makes a new one. */
function showsCode(endpoint: Endpoint, body: unknown): boolean {
  if (endpoint.name !== identifyConsole.name) return false
  return (body as Input<typeof identifyConsole>['body']).supportCode !== null
}

/** Milliseconds before repeat number `repeats` (from 0): 100 to 200, then 200 to 400. `chance` is in [0, 1). */
export function pauseBeforeRepeat(repeats: number, chance: number): number {
  return 100 * 2 ** repeats * (1 + chance)
}
