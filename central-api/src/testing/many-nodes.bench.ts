/**
 * One central instance with 10, 50 and 200 nodes of 500 players each: requests, CPU of central and of its database
 * per player and minute, and how that grows. `npm run bench many-nodes`, or with the syncs of each node as the argument.
 *
 * Each node syncs as often, whatever the number of nodes: so a page of the database is changed as often between two
 * checkpoints, whose first change of it costs most.
 */
import { syncNode } from '@citygate/schema/contract'
import { cpuOf } from './bench/cpu.ts'
import { addNodes, capcomIdOf, epoch, fence, keyOf, openCrowd, rounded, serverOf } from './bench/crowd.ts'

const players = 500
const sizes = [10, 50, 200] as const
/** A player changes his place about once a minute, and a node tells what has changed at most so often. */
const syncsPerMinute = 12
const changesPerSync = Math.round(players / syncsPerMinute)
const atOnce = 8
const syncsOfEach = Number(process.argv[2] ?? 24)

await using crowd = await openCrowd()
const { sql, server } = crowd
const generation = await sql`insert into presence_generation default values on conflict do nothing`
  .then(() => sql`select generation from presence_generation`)
  .then(([row]) => String(row?.generation))

let number = 0

async function sync(node: number): Promise<void> {
  number++
  const set = Array.from({ length: changesPerSync }, (_, index) => ({
    capcomId: capcomIdOf(node, (number * changesPerSync + index) % players, players),
    ...{
      fence,
      serverId: serverOf(node),
      gate: 1 + (number % 40),
      city: null,
      inQuest: false,
      leader: false,
    },
  }))
  const said = { draining: false, releases: [], settings: [], mailSeen: 0, directoryVersion: 1 }
  const body = { epoch, number, holdMs: 0, presence: { generation, full: false, set, gone: [] }, ...said }
  await crowd.call(syncNode, { body }, keyOf(node))
}

async function run(nodes: number, many: number): Promise<void> {
  let left = many
  // Each node has one sync at a time, as nodes do.
  const lane = async (first: number) => {
    for (let node = first; left-- > 0; node = node + atOnce < nodes ? node + atOnce : first) await sync(node)
  }
  await Promise.all(Array.from({ length: atOnce }, (_, index) => lane(index)))
}

const results: Record<string, object> = {}
const perPlayer: number[] = []
let there = 0
for (const nodes of sizes) {
  await addNodes(sql, there, nodes, players)
  there = nodes
  const syncsMeasured = syncsOfEach * nodes
  // The first size also warms this process.
  await run(nodes, Math.max(syncsMeasured / 4, there === sizes[0] ? 1000 : 0))
  // What the last size has left for the disk is not this one's.
  await sql`checkpoint`
  const before = { postgres: cpuOf(server.pid), cpu: process.cpuUsage(), wall: performance.now() }
  await run(nodes, syncsMeasured)
  const used = process.cpuUsage(before.cpu)
  const central = (used.user + used.system) / 1e6
  const postgres = (cpuOf(server.pid) ?? 0) - (before.postgres ?? 0)
  const wall = (performance.now() - before.wall) / 1000
  // A sync is what 500 players cost in a twelfth of a minute.
  const playerMinutes = (syncsMeasured * players) / syncsPerMinute
  perPlayer.push((central + postgres) / playerMinutes)
  results[`${nodes} nodes, ${nodes * players} players`] = {
    syncsPerSecond: Math.round(syncsMeasured / wall),
    requestsPerPlayerMinute: rounded(syncsMeasured / playerMinutes, 4),
    centralCpuMsPerPlayerMinute: rounded((central * 1000) / playerMinutes),
    postgresCpuMsPerPlayerMinute: rounded((postgres * 1000) / playerMinutes),
    coresForAll: rounded(((central + postgres) / playerMinutes / 60) * nodes * players, 2),
  }
}
process.stdout.write(
  `${JSON.stringify({
    bench: 'many-nodes',
    players,
    syncsPerMinute,
    changesPerSync,
    syncsOfEach,
    results: { ...results, growthOfCpuPerPlayer: rounded((perPlayer.at(-1) ?? 0) / (perPlayer[0] ?? 1), 2) },
    caveats: [
      'no socket: calls go to the app in this process, whose CPU time has the making of the requests in it',
      'syncs follow each other as fast as they can; what a minute costs is reckoned from the rate above',
      'game servers beyond the 80 that a console lists are carried and not listed',
    ],
  })}\n`,
)
