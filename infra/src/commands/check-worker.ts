/** Whether a deployed central reads what it has written: behind Hyperdrive's cache it would not. */
import { createCentral, throughHttp } from '@citygate/nodes/central'
import { createOperatorKey, listBans, Problem, revokeOperatorKey } from '@citygate/schema/contract'
import { command } from '../command.ts'
import { callOperator, operatorKeys } from '../operator.ts'

/** Requests of a Worker run in several places: once may be luck. */
const rounds = 3

export const checkWorker = command({
  name: 'check-worker',
  summary:
    'After a deployment to Workers: does it read what it has just written? It does not while Hyperdrive caches.',
  keys: operatorKeys,
  async run(operator) {
    for (let round = 1; round <= rounds; round++) {
      if (await isFresh(operator)) continue
      throw new Error(
        'a key that was revoked is still good: answers of the database are cached. Switch it off: wrangler hyperdrive update ID --caching-disabled',
      )
    }
    console.log('ok: what was written is read at once')
  },
})

/** A key is looked up by a plain read, the kind that a cache keeps: it is known, revoked, and must be unknown. */
async function isFresh(operator: Parameters<typeof callOperator>[0]): Promise<boolean> {
  const call = callOperator(operator)
  const made = await call(createOperatorKey, { body: { name: 'check-worker', role: 'read' } })
  const asMade = createCentral({ url: operator.central, send: throughHttp(), key: made.key }).call
  try {
    await asMade(listBans, { query: {} })
  } finally {
    await call(revokeOperatorKey, { params: { keyId: made.id } })
  }
  try {
    await asMade(listBans, { query: {} })
    return false
  } catch (error) {
    if (error instanceof Problem && error.code === 'unauthorized') return true
    throw error
  }
}
