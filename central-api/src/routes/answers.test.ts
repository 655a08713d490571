/** Every write of nodes and operators: asked twice under a key, looked through for secrets, and held to the audit log. */
import {
  createEnrolToken,
  createOperatorKey,
  type Endpoint,
  findOnline,
  findTicket,
  searchCities,
  searchOnline,
} from '@citygate/schema/contract'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../hash.ts'
import { endpoints } from '../openapi.ts'
import { bytes } from '../testing/hunters.ts'
import { type LockingOperation, lockingOperations } from '../testing/locking/operations.ts'
import { openTheatre, restore, type Stage, setStage, type Theatre } from '../testing/locking/stage.ts'
import { type Fetch, type TracedCentral, tracedCentral } from '../testing/locking/traced-central.ts'
import { takesKey } from './keyed.ts'

let traced: TracedCentral
let theatre: Theatre
/** What stands between the callers and central; null: nothing. */
let between: ((request: Request, fetch: Fetch) => Promise<Response>) | null = null

beforeAll(async () => {
  traced = await tracedCentral(
    10,
    (fetch) => (request) => (between ? between(request, fetch) : fetch(request)),
  )
  theatre = await openTheatre(traced.central, traced.deps)
})
afterAll(() => traced[Symbol.asyncDispose]())

interface Write extends Pick<LockingOperation, 'name' | 'endsNodes' | 'run'> {
  readonly endpoint: Endpoint
}

const operator = ({ central }: Stage) => central.operatorKey

/** Writes that lock nothing, and questions that are too long for a GET. */
const others: readonly Write[] = [
  {
    name: 'make a key',
    endpoint: createOperatorKey,
    run: (stage) =>
      stage.central.call(createOperatorKey, { body: { name: 'made', role: 'read' } }, operator(stage)),
  },
  {
    name: 'make a token',
    endpoint: createEnrolToken,
    run: (stage) => stage.central.call(createEnrolToken, { body: {} }, operator(stage)),
  },
  {
    name: 'find a ticket',
    endpoint: findTicket,
    run: ({ central, a }) => central.call(findTicket, { body: { ticketHash: a.nextTicket } }, a.next.key),
  },
  {
    name: 'search hunters',
    endpoint: searchOnline,
    run: ({ central, a }) => {
      const body = { seeker: a.capcomId, capcomIdPart: '', namePart: bytes(''), limit: 10 }
      return central.call(searchOnline, { body }, a.holder.key)
    },
  },
  {
    name: 'search cities',
    endpoint: searchCities,
    run: ({ central, a, homeServer }) =>
      central.call(searchCities, { body: { serverId: homeServer, conditions: [], limit: 10 } }, a.holder.key),
  },
  {
    name: 'find hunters',
    endpoint: findOnline,
    run: ({ central, a, b }) =>
      central.call(findOnline, { body: { seeker: a.capcomId, capcomIds: [b.capcomId] } }, a.holder.key),
  },
]

const writes: readonly Write[] = [
  ...lockingOperations.flatMap(({ endpoint, ...operation }) =>
    endpoint ? [{ ...operation, endpoint }] : [],
  ),
  ...others,
]

/** What must be so before it can be done. */
const before: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  answerFriend: ({ a, b }) => b.ask(a),
  orderConsistency: ({ central }) => central.sql`update nodes set consistency_ordered = null`,
}

async function onStage(write: Write, work: (stage: Stage, run: () => Promise<unknown>) => Promise<void>) {
  const stage = await setStage(theatre)
  await before[write.endpoint.name]?.(stage)
  try {
    await work(stage, () => write.run(stage, 0))
  } finally {
    between = null
    if (write.endsNodes) await restore(theatre)
  }
}

test('there is one for every route', () => {
  const written = endpoints.filter(({ method, caller }) => method !== 'GET' && caller !== 'public')
  expect([...new Set(writes.map(({ endpoint }) => endpoint.name))].sort()).toEqual(
    written.map(({ name }) => name).sort(),
  )
})

test.for(writes.filter(({ endpoint }) => takesKey(endpoint)))(
  '$name: the same key is answered as the first time',
  async (write) => {
    await onStage(write, async (_, run) => {
      const answers: unknown[] = []
      between = async (request, fetch) => {
        const headers = new Headers(request.headers)
        headers.set('idempotency-key', crypto.randomUUID())
        const again = new Request(request.clone(), { headers })
        const response = await fetch(new Request(request, { headers }))
        for (const each of [response.clone(), await fetch(again)]) {
          answers.push({ status: each.status, said: await each.json() })
        }
        return response
      }
      await run()
      const [first, second] = answers
      expect(first).toMatchObject({ status: 200 })
      expect(second).toEqual(first)
    })
  },
)

/** Of both hunters, of nodes and of operators; what a console has shown itself is not among them. */
async function secretsOf({ home, far, a, b, token }: Stage, shown: string | null = null): Promise<string[]> {
  const keys = [home.key, far.key, token.token, traced.central.operatorKey]
  const codes = [a.hunter.supportCode, b.hunter.supportCode].filter((code) => code !== shown)
  const tickets = [a.ticketHash, a.nextTicket, b.ticketHash, b.nextTicket]
  return [...codes, ...tickets, ...keys, ...(await Promise.all(keys.map(sha256)))]
}

test.for(writes)('$name: the answer holds no code, ticket or key of others', async (write) => {
  await onStage(write, async (stage, run) => {
    const said: string[] = []
    between = async (request, fetch) => {
      const response = await fetch(request)
      said.push(await response.clone().text())
      return response
    }
    await run()
    // The console's own code comes back to the node that it was shown to, and nowhere else.
    const shown = write.endpoint.name === 'identifyConsole' ? stage.a.hunter.supportCode : null
    expect(said).toHaveLength(1)
    for (const secret of await secretsOf(stage, shown)) expect(said.join()).not.toContain(secret)
  })
})

test('nor does anything that operators may read', async () => {
  const stage = await setStage(theatre)
  const { fetch, operatorKey } = traced.central
  const secrets = await secretsOf(stage)
  const reads = endpoints.filter(({ caller, method }) => caller === 'operator' && method === 'GET')
  for (const { path } of reads) {
    const headers = { authorization: `Bearer ${operatorKey}` }
    const answer = await fetch(path.replace('{capcomId}', stage.a.capcomId), { headers })
    expect([path, answer.status]).toEqual([path, 200])
    const said = await answer.text()
    for (const secret of secrets) expect(said, path).not.toContain(secret)
  }
})

/** Of every table, in one sum. */
async function everything(sql: Sql): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }[]>`select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`
  const sums: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ sum: string }[]>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from "${name}" t`,
    )
    sums[name] = row?.sum ?? ''
  }
  return sums
}

test.for(writes.filter(({ endpoint }) => endpoint.caller === 'operator'))(
  '$name: no deed without its entry in the audit log',
  async (write) => {
    const { sql } = traced.central
    await onStage(write, async (_, run) => {
      await sql.unsafe(`create function unwritten() returns trigger language plpgsql as $$
          begin raise exception 'the log cannot be written'; end $$;
        create trigger unwritten before insert on audit_log for each row execute function unwritten()`)
      try {
        const as = await everything(sql)
        await expect(run()).rejects.toMatchObject({ code: 'internal' })
        expect(await everything(sql)).toEqual(as)
      } finally {
        await sql.unsafe('drop trigger unwritten on audit_log; drop function unwritten()')
      }
      const entries = async () => (await sql`select count(*)::int as n from audit_log`)[0]?.n
      const had = await entries()
      await run()
      expect(await entries()).toBe(had + 1)
    })
  },
)
