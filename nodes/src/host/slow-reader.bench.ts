/**
 * What one console that stops reading costs the others: how long a step of a hunter takes to reach everybody
 * else in a gate of a hundred, without and with a stuck console among them.
 */
import { ascii, encodeFrame, NtcLayerUserPosition, NtcLayerUserPositionRelayed } from '../pat/index.ts'
import { capcomId, gather, type Player, startServer } from './testing/relay-player.ts'

const players = 100
const steps = 1500
/** Sent before measuring, so large that they fill the system's buffers for the stuck console. */
const fillers = 1500
const fillerBytes = 8000
const stepBytes = 38
/** Keeps everybody below the pace at which a game server takes positions. */
const pauseMs = 1

async function measure(stuck: boolean) {
  const server = await startServer('game')
  const all = await gather('game', server.port, players, players)
  const [idle, ...others] = all as [Player, ...Player[]]
  if (stuck) idle.socket.pause()
  for (let i = 0; i < fillers; i++) await move(others, i, fillerBytes)
  const times: number[] = []
  for (let i = 0; i < steps; i++) times.push(await move(others, i, stepBytes))
  const cpu = await server.cpuSeconds()
  for (const { socket } of all) socket.destroy()
  await server.stop()
  times.sort((a, b) => a - b)
  const at = (part: number) => Math.round((times[Math.floor(times.length * part)] ?? 0) * 100) / 100
  return { p50ms: at(0.5), p95ms: at(0.95), p99ms: at(0.99), cpuSeconds: Math.round(cpu * 10) / 10 }
}

/** A position of one of them; the milliseconds until every other has heard it. */
async function move(everybody: readonly Player[], i: number, bytes: number): Promise<number> {
  const talker = everybody[i % everybody.length] as Player
  const data = new Uint8Array(bytes).fill(3)
  const id = ascii(capcomId(1 + (i % everybody.length)))
  const heard = encodeFrame(NtcLayerUserPositionRelayed, 1, { capcomId: id, data }).length
  const arrived = everybody.filter((other) => other !== talker).map((other) => other.hearsBytes(heard))
  const start = performance.now()
  talker.socket.write(encodeFrame(NtcLayerUserPosition, 1, { data }))
  await Promise.all(arrived)
  const took = performance.now() - start
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
  return took
}

const report = {
  bench: 'slow-reader',
  results: { players, everybodyReads: await measure(false), oneIsStuck: await measure(true) },
  caveats: [
    "time from a hunter's send to the moment when the last of the others has it, over loopback, with the players in one process",
    'the stuck console stays connected: positions beyond 32 KiB that it leaves unread are not sent to it any more',
  ],
}
process.stdout.write(`${JSON.stringify(report)}\n`)
