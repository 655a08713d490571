/** Searches of every kind against a plain walk over the same hunters, among more of them than a page's walk looks at. */
import type { Player, Weapon } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldName } from '../name-text.ts'
import { openRealm, type Realm } from '../testing/realm.ts'

interface Model {
  readonly capcomId: string
  readonly folded: string
  readonly rank: number
  readonly weapon: Weapon | null
  /** Microseconds since 1970; infinite for whoever is held by a node that lives. */
  readonly seen: number
  readonly online: boolean
  readonly server: number | null
  readonly gate: number | null
  readonly city: number | null
}

const letters = [...'aAbBzZ09%_\\-. リオレー狩ＡéßİÀ']
const weapons = ['great-sword', 'lance', 'bowgun'] as const

let realm: Realm
let all: readonly Model[]

beforeAll(async () => {
  realm = await openRealm()
  const attic = await realm.node('attic')
  const random = fc.sample(
    fc.record({
      name: fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 }),
      rank: fc.nat(9),
      weapon: fc.option(fc.constantFrom(...weapons), { nil: undefined }),
      seen: fc.nat(30),
      at: fc.option(
        fc.record({
          server: fc.integer({ min: 1, max: 2 }),
          gate: fc.integer({ min: 1, max: 3 }),
          city: fc.integer({ min: 1, max: 3 }),
        }),
        { nil: undefined },
      ),
    }),
    { numRuns: 100, seed: 4 },
  )
  await Promise.all(
    random.map(({ weapon, at, ...hunter }) =>
      realm.hunter({ ...hunter, ...(weapon ? { weapon } : {}), ...(at ? { at } : {}) }),
    ),
  )
  await realm.epoch(attic, 2)
  await realm.db.execute(sql`update node_epochs set expires_at = expires_at + interval '1 hour'`)
  // Most of them are held by the new start; the others were lost with the old one.
  await realm.db.execute(sql`update leases set epoch = 2 where node_id is not null and capcom_id > '000020'`)
  await realm.db.execute(sql`update presence set epoch = 2 where capcom_id > '000020'`)
  // A crowd that the others are rare among, before and behind them in every order.
  await realm.db.execute(sql`insert into consoles (support_code, media_version)
    select 'crowd' || i, '' from generate_series(1, 9000) i`)
  await realm.db.execute(sql`insert into players (capcom_id, console_id, slot, name, name_text, name_folded, rank)
    select 'C' || lpad(n, 5, '0'), id, 1, 'n', text, text, n::integer % 20
    from (select id, substr(support_code, 6) as n from consoles where support_code like 'crowd%') numbered,
      lateral (select case when n::integer % 2 = 0 then 'aa crowd' else 'レ crowd' end as text) named`)
  await realm.db.execute(sql`insert into leases (capcom_id, seen_at)
    select capcom_id, now() - substr(capcom_id, 2)::integer % 7 * interval '1 hour' from players where name_text like '%crowd'`)
  await realm.db.execute(sql`analyze`)
  const rows = await realm.db.execute<
    Omit<Model, 'seen'> & Record<string, unknown> & { seen: string | null }
  >(sql`
    select p.capcom_id as "capcomId", p.name_folded as folded, p.rank, p.weapon, l.capcom_id is not null as online,
      l.server_id as server, l.gate, l.city,
      case when h.node_id is null then extract(epoch from h.seen_at) * 1000000
        when h.epoch = 1 then extract(epoch from e.renewed_at) * 1000000 end as seen
    from players p join leases h on h.capcom_id = p.capcom_id
    left join node_epochs e on e.node_id = h.node_id and e.epoch = h.epoch
    left join live_presence l on l.capcom_id = p.capcom_id`)
  all = rows.map((row) => ({ ...row, seen: row.seen === null ? Number.POSITIVE_INFINITY : Number(row.seen) }))
})
afterAll(() => realm[Symbol.asyncDispose]())

const query = fc.record(
  {
    name: fc.oneof(
      fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 4 }),
      fc.constantFrom('crow', 'aa crowd', 'd', 'wd', 'レ c', '%', '_', '\\', '--', '...'),
    ),
    online: fc.constantFrom('true', 'false'),
    server: fc.integer({ min: 1, max: 3 }),
    gate: fc.integer({ min: 1, max: 4 }),
    city: fc.integer({ min: 1, max: 4 }),
    minRank: fc.nat(20),
    maxRank: fc.nat(20),
    weapon: fc.constantFrom(...weapons),
    sort: fc.constantFrom('name', 'rank', 'seen', '-name', '-rank', '-seen'),
  },
  { requiredKeys: [] },
)
type Asked = typeof query extends fc.Arbitrary<infer T> ? T : never

/** By bytes, as the database compares. */
const compare = (a: string | number, b: string | number) =>
  typeof a === 'string'
    ? Buffer.compare(Buffer.from(a), Buffer.from(String(b)))
    : a < Number(b)
      ? -1
      : a > Number(b)
        ? 1
        : 0

function expected({
  name,
  online,
  server,
  gate,
  city,
  minRank,
  maxRank,
  weapon,
  sort = 'name',
}: Asked): string[] {
  const part = name === undefined ? '' : foldName(name)
  const key = { name: 'folded', rank: 'rank', seen: 'seen' }[sort.replace('-', '')] as
    | 'folded'
    | 'rank'
    | 'seen'
  const found = all.filter(
    (hunter) =>
      hunter.folded.includes(part) &&
      (online === undefined || hunter.online === (online === 'true')) &&
      (server === undefined || hunter.server === server) &&
      (gate === undefined || hunter.gate === gate) &&
      (city === undefined || hunter.city === city) &&
      hunter.rank >= (minRank ?? 0) &&
      hunter.rank <= (maxRank ?? 99) &&
      (weapon === undefined || hunter.weapon === weapon),
  )
  found.sort((a, b) => compare(a[key], b[key]) || compare(a.capcomId, b.capcomId))
  return (sort.startsWith('-') ? found.reverse() : found).map(({ capcomId }) => capcomId)
}

test('every search finds whom a plain look at everybody finds, in the same order, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(query, fc.constantFrom(1, 7, 100), async (asked, limit) => {
      const wanted = expected(asked)
      const text = new URLSearchParams(
        Object.entries({ ...asked, limit }).map(([key, value]): [string, string] => [key, `${value}`]),
      )
      const found: Player[] = []
      let next: string | null = ''
      for (let page = 0; next !== null && page < 4; page++) {
        const answer: { items: Player[]; next: string | null } = await realm.found(
          `${text}${next && `&cursor=${next}`}`,
        )
        found.push(...answer.items)
        next = answer.next
      }
      expect(found.map(({ capcomId }) => capcomId)).toEqual(wanted.slice(0, limit * 4))
      expect(next === null).toBe(wanted.length <= limit * 4)
      const byId = new Map(all.map((hunter) => [hunter.capcomId, hunter]))
      for (const { capcomId, online, location } of found) {
        const hunter = byId.get(capcomId)
        expect([online, location?.server.id ?? null]).toEqual([hunter?.online, hunter?.server])
      }
    }),
    { numRuns: 60 },
  )
})
