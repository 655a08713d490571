/** Who calls: a bearer token, known to central only by its hash. */
import { type Caller, type Endpoint, type OperatorRole, Problem } from '@citygate/schema/contract'
import { nodes, operatorKeys } from '@citygate/schema/tables'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Deps } from './deps.ts'
import { sha256 } from './hash.ts'
import { knownNode } from './known-nodes.ts'
import type { Callers, NodeCaller } from './routes/route.ts'

/** Each role includes those before it. */
const roles = ['read', 'moderate', 'own'] as const satisfies readonly OperatorRole[]

/** @throws Problem `unauthorized`, `forbidden`, `node_banned` */
export async function authenticate(
  deps: Deps,
  endpoint: Endpoint,
  header: string | undefined,
): Promise<Callers[Caller]> {
  if (endpoint.caller === 'public') return null
  const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header ?? '')?.[1]
  if (token === undefined) throw new Problem('unauthorized', 'Send a key: "Authorization: Bearer …".')
  switch (endpoint.caller) {
    case 'enrolment':
      return { tokenHash: await sha256(token) }
    case 'operator':
      return operator(deps, await sha256(token), endpoint.role ?? 'own')
    case 'node':
      return knownNode(deps, token, () => node(deps, token))
    case 'entry': {
      const caller = await knownNode(deps, token, () => node(deps, token))
      if (!caller.entry) throw new Problem('forbidden', 'This node has not been granted the role `entry`.')
      return caller
    }
  }
}

async function operator(deps: Deps, keyHash: string, needed: OperatorRole): Promise<Callers['operator']> {
  const [found] = await deps.db
    .select({ operatorId: operatorKeys.id, role: operatorKeys.role })
    .from(operatorKeys)
    .where(and(eq(operatorKeys.keyHash, keyHash), isNull(operatorKeys.revokedAt)))
  if (found) {
    if (roles.indexOf(found.role) >= roles.indexOf(needed)) return found
    throw new Problem('forbidden', `This key may \`${found.role}\`; this needs one that may \`${needed}\`.`)
  }
  if (await isNode(deps, keyHash)) throw new Problem('forbidden', 'This is a node’s key, not an operator’s.')
  throw new Problem('unauthorized', 'The key is unknown.')
}

async function node(deps: Deps, token: string): Promise<NodeCaller> {
  const keyHash = await sha256(token)
  const [found] = await deps.db
    .select({
      nodeId: nodes.id,
      entry: nodes.entry,
      world: nodes.world,
      // With names of its own: in a query of one table Drizzle leaves the table's name out.
      ban: sql<
        string | null
      >`(select b.reason from bans b where b.kind = 'node' and b.subject = nodes.id::text
        and b.lifted_at is null and (b.until is null or b.until > clock_timestamp()) limit 1)`,
    })
    .from(nodes)
    .where(eq(nodes.keyHash, keyHash))
  if (!found) throw new Problem('unauthorized', 'The key is unknown.')
  const { ban, ...caller } = found
  if (ban !== null) throw new Problem('node_banned', `An operator has banned this node: ${ban}`)
  return caller
}

async function isNode(deps: Deps, keyHash: string): Promise<boolean> {
  return (await deps.db.$count(nodes, eq(nodes.keyHash, keyHash))) > 0
}
