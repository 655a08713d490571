/**
 * What central's transactions cost beside pgbench, which sends the same statements to the same database: each kind
 * is run once for every script, what the driver sent is written down, and pgbench repeats it, prepared, with the
 * values as variables. So the texts cannot drift. `npm run bench transactions`; arguments of this file: seconds, and a part of
 * the kinds' names.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { armTicket, claimSession, syncNode, tellPlayer, writeSettings } from '@citygate/schema/contract'
import { toBase64 } from '../base64.ts'
import { sha256 } from '../hash.ts'
import { cpuOf } from './bench/cpu.ts'
import {
  addNodes,
  capcomIdOf,
  epoch,
  fence,
  keyOf,
  openCrowd,
  rounded,
  type Sent,
  serverOf,
} from './bench/crowd.ts'

const seconds = Number(process.argv[2] ?? 4)
const wanted = process.argv[3] ?? ''
const nodes = 100
const players = 500
const atOnce = 8
/** Scripts of pgbench for each kind: as many different rows, so that its clients seldom want the same. */
const variants = 64
const rounds = 2
const pgbench = process.env.CITYGATE_PGBENCH ?? 'pgbench'

await using crowd = await openCrowd('node')
const { sql, server } = crowd
await addNodes(sql, 0, nodes, players)
await sql`insert into presence_generation default values on conflict do nothing`
const [row] = await sql`select generation from presence_generation`
const generation = String(row?.generation)

/** Held by the node under its first fence; claims take others. */
const hunter = (variant: number, player: number) => capcomIdOf(variant % nodes, player, players)
const numbers = new Map<number, number>()
function numberOf(node: number): number {
  const number = (numbers.get(node) ?? 0) + 1
  numbers.set(node, number)
  return number
}
let counter = 0

const said = { draining: false, releases: [], settings: [], directoryVersion: 1 }
async function sync(node: number, places: number, mailSeen = 0): Promise<number> {
  const number = numberOf(node)
  const set = Array.from({ length: places }, (_, index) => ({
    capcomId: hunter(node, 100 + ((number * places + index) % 300)),
    ...{
      fence,
      serverId: serverOf(node),
      gate: 1 + (number % 40),
      city: null,
      inQuest: false,
      leader: false,
    },
  }))
  const presence = { generation, full: false, set, gone: [] }
  const body = { epoch, number, holdMs: 0, presence, mailSeen, ...said }
  const { mail } = await crowd.call(syncNode, { body }, keyOf(node))
  return mail.at(-1)?.number ?? mailSeen
}

const tickets: string[] = []
for (let variant = 0; variant < variants; variant++) {
  const ticket = await sha256(`ticket ${variant}`)
  tickets.push(ticket)
  const capcomId = hunter(variant, 1)
  await sql`insert into tickets (hash, login, console_id, capcom_id, issued_by, targets)
    select ${ticket}, l.login, p.console_id, p.capcom_id, l.node_id, '[]'::jsonb
    from players p join leases l on l.capcom_id = p.capcom_id where p.capcom_id = ${capcomId}`
}
const mailSeen = new Map<number, number>()

const kinds = {
  /** A server choice and its claim, which takes the hunter over from a session before. */
  'arm and claim': async (variant: number) => {
    const ticketHash = tickets[variant] ?? ''
    const key = keyOf(variant)
    await crowd.call(armTicket, { body: { ticketHash, serverId: serverOf(variant) } }, key)
    await crowd.call(claimSession, { body: { ticketHash, epoch } }, key)
  },
  'profile write': async (variant: number) => {
    counter++
    const settings = toBase64(new Uint8Array(256).fill(1 + (counter % 99), 1, 2).fill(counter & 255, 3, 4))
    const params = { capcomId: hunter(variant, 2) }
    await crowd.call(writeSettings, { params, body: { epoch, fence, settings } }, keyOf(variant))
  },
  /** 500 players of whom a twelfth has moved. */
  sync: (variant: number) => sync(variant, 42),
  /** A message to a player on another node, and that node's sync which brings and acknowledges it. */
  mail: async (variant: number, repeated = false) => {
    const there = (variant + 1) % variants
    const params = { capcomId: hunter(variant, 3), other: hunter(there, 3) }
    const message = { info: btoa(''), text: btoa('hello') }
    await crowd.call(tellPlayer, { params, body: { epoch, fence, message } }, keyOf(variant))
    // What is repeated with these values forgets what it has read each time, as a node's next call does.
    const seen = repeated ? Number.MAX_SAFE_INTEGER : (mailSeen.get(variant) ?? 0)
    mailSeen.set(variant, await sync(variant, 0, seen))
  },
}

interface Cost {
  done: number
  wall: number
  /** Seconds of CPU: of whoever asks (central, or pgbench), and of the database. */
  asker: number
  postgres: number
}

const nothing = (): Cost => ({ done: 0, wall: 0, asker: 0, postgres: 0 })

async function throughCentral(
  run: (variant: number) => Promise<unknown>,
  cost: Cost,
  forMs: number,
): Promise<void> {
  const begun = { wall: performance.now(), cpu: process.cpuUsage(), postgres: cpuOf(server.pid) ?? 0 }
  const lane = async (first: number) => {
    for (
      let variant = first;
      performance.now() - begun.wall < forMs;
      variant = (variant + atOnce) % variants
    ) {
      await run(variant)
      cost.done++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, index) => lane(index)))
  const used = process.cpuUsage(begun.cpu)
  cost.wall += (performance.now() - begun.wall) / 1000
  cost.asker += (used.user + used.system) / 1e6
  cost.postgres += (cpuOf(server.pid) ?? 0) - begun.postgres
}

const folder = await mkdtemp(join(tmpdir(), 'citygate-pgbench-'))

/** What one run of a kind sends, as a script and its variables. */
async function scriptOf(
  name: string,
  run: () => Promise<unknown>,
): Promise<{ file: string; variables: string[] }> {
  const sent: Sent[] = []
  crowd.listen((one) => sent.push(one))
  await run()
  crowd.listen(null)
  const variables: string[] = []
  const statements = sent.map(({ text, values }, statement) => {
    // Whatever stands behind a colon is a variable to pgbench, in a comment too.
    const named = text.replace('/* route:', '/* route ').replace(/\$(\d+)/g, (_, position: string) => {
      const value = values[Number(position) - 1]
      if (value === null || value === undefined) return 'NULL'
      return `:${name}_${statement}_${position}`
    })
    values.forEach((value, index) => {
      if (value === null || value === undefined) return
      const written =
        value instanceof Uint8Array
          ? `\\x${Buffer.from(value).toString('hex')}`
          : value instanceof Date
            ? value.toISOString()
            : String(value)
      variables.push('-D', `${name}_${statement}_${index + 1}=${written}`)
    })
    return `${named.trim()};`
  })
  const file = join(folder, `${name}.sql`)
  await writeFile(file, `${statements.join('\n')}\n`)
  return { file, variables }
}

/** Null where there is no pgbench. */
function throughPgbench(
  scripts: readonly { file: string; variables: string[] }[],
  cost: Cost,
): string | null {
  const before = cpuOf(server.pid) ?? 0
  const args = ['-n', '-M', 'prepared', '-c', String(atOnce), '-j', '2', '-T', String(seconds)]
  for (const { file, variables } of scripts) args.push(...variables, '-f', file)
  const begun = performance.now()
  const program = '"$0" "$@"; code=$?; times; exit $code'
  const { status, stdout, stderr } = spawnSync('bash', ['-c', program, pgbench, ...args, server.url], {
    encoding: 'utf8',
  })
  const done = /number of transactions actually processed: (\d+)/.exec(stdout)?.[1]
  if (status !== 0 || done === undefined) return stderr.trim().split('\n').slice(0, 3).join(' / ')
  const times = [...(stdout.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  cost.done += Number(done)
  cost.wall += (performance.now() - begun) / 1000
  cost.asker += times.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0)
  cost.postgres += (cpuOf(server.pid) ?? 0) - before
  return null
}

const told = ({ done, wall, asker, postgres }: Cost, who: string) => ({
  perSecond: Math.round(done / wall),
  perCpuSecond: Math.round(done / (asker + postgres)),
  cpuMs: { [who]: rounded((asker * 1000) / done), postgres: rounded((postgres * 1000) / done) },
})

const results: Record<string, object> = {}
let missing: string | null = null
try {
  for (const [kind, run] of Object.entries(kinds).filter(([kind]) => kind.includes(wanted))) {
    const [central, beside] = [nothing(), nothing()]
    // Every connection plans what it will need.
    await throughCentral(run, nothing(), seconds * 250)
    const scripts = []
    for (let variant = 0; variant < variants; variant++) {
      scripts.push(await scriptOf(`v${variant}`, () => run(variant, true)))
    }
    for (let round = 0; round < rounds; round++) {
      await throughCentral(run, central, seconds * 1000)
      missing ??= throughPgbench(scripts, beside)
    }
    const perOp = (cost: Cost, of: (cost: Cost) => number) => of(cost) / cost.done
    results[kind] = {
      central: told(central, 'central'),
      ...(missing === null
        ? {
            pgbench: told(beside, 'pgbench'),
            centralToPgbench: {
              postgresCpu: rounded(perOp(central, (c) => c.postgres) / perOp(beside, (c) => c.postgres), 2),
              wholeCpu: rounded(
                perOp(central, (c) => c.postgres + c.asker) / perOp(beside, (c) => c.postgres + c.asker),
                2,
              ),
            },
          }
        : {}),
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.stdout.write(
  `${JSON.stringify({
    bench: 'transactions',
    ...{ nodes, players, atOnce, seconds, rounds },
    results,
    caveats: [
      ...(missing === null
        ? []
        : [
            `no pgbench: ${missing}; Debian has it in postgresql-client or postgresql-15, or name it in CITYGATE_PGBENCH`,
          ]),
      'central: no socket, the calls go to the app in this process, whose CPU time has the making of the requests in it',
      'pgbench sends the same statements one by one and reads no answer; central sends several in one round trip and decides',
      'pgbench repeats a transaction with the same values: a write of what stands there already is still a write',
    ],
  })}\n`,
)
