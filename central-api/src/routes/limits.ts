/** Who asks too often is told when to come back (docs/decisions/0026-limits-and-figures.md). */
import { type Endpoint, Problem } from '@citygate/schema/contract'
import type { Context } from 'hono'
import type { Deps, LimitKind } from '../deps.ts'
import type { Who } from './route.ts'

/**
 * Before anything is read of a stranger's request. Strangers are told apart by their address; a caller in
 * this process has none and is not limited. Who has shown too many wrong keys is not even looked up.
 *
 * @throws Problem `rate_limited`
 */
export async function limitStranger(deps: Deps, endpoint: Endpoint | null, context: Context): Promise<void> {
  const address = deps.addressOf?.(context) ?? null
  if (address === null) return
  const stranger = endpoint === null || endpoint.caller === 'public' || endpoint.caller === 'enrolment'
  if (stranger) await take(deps, 'public', address)
  else await refuseWrongKeys(deps, address)
}

/** @throws Problem `rate_limited` */
export async function limitKnown(deps: Deps, who: Who): Promise<void> {
  if (who !== null && 'nodeId' in who) await take(deps, 'node', who.nodeId)
}

/** A key that was not known. Never refuses: the answer is that already. */
export async function countWrongKey(deps: Deps, context: Context): Promise<void> {
  const address = deps.addressOf?.(context) ?? null
  if (address !== null) await deps.limits?.take('wrong-key', address)
}

async function refuseWrongKeys(deps: Deps, address: string): Promise<void> {
  const wait = await deps.limits?.blocked('wrong-key', address)
  if (wait) throw tooMany(wait)
}

async function take(deps: Deps, kind: LimitKind, key: string): Promise<void> {
  const wait = await deps.limits?.take(kind, key)
  if (wait) throw tooMany(wait)
}

function tooMany(seconds: number): Problem {
  return new Problem('rate_limited', `Come back in ${seconds} s.`, undefined, { retryAfter: seconds })
}
