/** Which requests may be asked again under an `Idempotency-Key`, and as whom. */
import { type Endpoint, Problem, syncNode } from '@citygate/schema/contract'
import type { Deps } from '../deps.ts'
import { sha256 } from '../hash.ts'
import { onceOnly } from '../services/idempotency.ts'
import type { Who } from './route.ts'

/**
 * A POST by somebody who has a key of his own. Not one whose answer holds a secret, for that is not kept;
 * nor a sync, whose epoch and number are its key.
 */
export function takesKey({ method, caller, secret, name }: Endpoint): boolean {
  const known = caller !== 'public' && caller !== 'enrolment'
  return method === 'POST' && known && !secret && name !== syncNode.name
}

/**
 * What the request's own transaction runs in; as it came where no key was sent or none is taken.
 *
 * @throws Problem `bad_request`
 */
export async function keyed(
  deps: Deps,
  endpoint: Endpoint,
  who: Who,
  { key, path, body }: { readonly key: string | undefined; readonly path: string; readonly body: unknown },
): Promise<Deps> {
  if (key === undefined || !takesKey(endpoint)) return deps
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) {
    const detail = '1 to 128 printable characters without spaces'
    const errors = [{ in: 'header' as const, field: 'Idempotency-Key', detail }]
    throw new Problem('bad_request', `header Idempotency-Key: ${detail}`, errors)
  }
  const request = await sha256(`${endpoint.method} ${path}\n${JSON.stringify(body)}`)
  return { ...deps, once: onceOnly({ caller: callerName(who), key, request }) }
}

/** As the audit log names them. */
function callerName(who: Who): string {
  if (who !== null && 'operatorId' in who) return `operator:${who.operatorId}`
  if (who !== null && 'nodeId' in who) return `node:${who.nodeId}`
  throw new Error('nobody whose keys could be told apart')
}
