/**
 * Node keys that were good a moment ago: a node calls many times in a log-in, and its key is looked up once.
 *
 * A ban is felt at once where it was made, and at other instances after `trustedForMs` at most; whatever is
 * done under an epoch is refused there at once too, for a ban ends the node's epoch in the database.
 */
import type { Deps } from './deps.ts'
import type { NodeCaller } from './routes/route.ts'

const trustedForMs = 3000

/** More nodes than a community has: the list cannot grow without end. */
const knownAtMost = 1000

interface Known {
  readonly caller: NodeCaller
  readonly until: number
}

/** By the bearer token, for each app of this process. */
const known = new WeakMap<Deps, Map<string, Known>>()

export async function knownNode(
  deps: Deps,
  token: string,
  find: () => Promise<NodeCaller>,
): Promise<NodeCaller> {
  const list = known.get(deps) ?? new Map<string, Known>()
  known.set(deps, list)
  const before = list.get(token)
  if (before && before.until > Date.now()) return before.caller
  list.delete(token)
  const caller = await find()
  if (list.size >= knownAtMost) list.clear()
  list.set(token, { caller, until: Date.now() + trustedForMs })
  return caller
}

/** After whatever an operator has done: a node may no longer be what it was. */
export function forgetNodes(deps: Deps): void {
  known.delete(deps)
}
