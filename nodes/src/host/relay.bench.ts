/**
 * What relaying costs: notifications per CPU-second of a game server, for cities of four and for a gate of a
 * hundred, beside a bare `node:net` fan-out of equal bytes. The server runs in a process of its own; the
 * players are here, and their sends are spread over time as those of a crowd are.
 */
import { gather, type Kind, startServer } from './testing/relay-player.ts'

interface Scenario {
  readonly name: string
  readonly players: number
  /** Players who hear each other. */
  readonly group: number
  /** Of all players together. */
  readonly sendsPerSecond: number
}

const scenarios: readonly Scenario[] = [
  { name: 'cities of four', players: 1000, group: 4, sendsPerSecond: 5000 },
  { name: 'a gate of a hundred', players: 100, group: 100, sendsPerSecond: 250 },
]
const warmUpMs = 2000
const measuredMs = 6000
const tickMs = 4

async function measure(kind: Kind, { players, group, sendsPerSecond }: Scenario) {
  const server = await startServer(kind)
  const all = await gather(kind, server.port, players, group)
  const said = kind === 'game' ? 'said' : 'heard'
  let sent = 0
  /** Sends what is due, everybody in turn. */
  const talk = async (ms: number): Promise<number> => {
    const start = performance.now()
    const before = sent
    for (;;) {
      const elapsed = performance.now() - start
      if (elapsed >= ms) return sent - before
      for (; sent - before < (elapsed / 1000) * sendsPerSecond; sent++) {
        const player = all[sent % players]
        player?.socket.write(player.speech[Math.floor(sent / players) % player.speech.length]?.[said] ?? '')
      }
      await new Promise((resolve) => setTimeout(resolve, tickMs))
    }
  }
  await talk(warmUpMs)
  const heardBefore = all.reduce((sum, { heard }) => sum + heard, 0)
  const cpuBefore = await server.cpuSeconds()
  const sends = await talk(measuredMs)
  const seconds = (await server.cpuSeconds()) - cpuBefore
  const bytes = all.reduce((sum, { heard }) => sum + heard, 0) - heardBefore
  for (const { socket } of all) socket.destroy()
  await server.stop()
  const notifications = sends * (group - 1)
  return {
    notifications,
    cpuSeconds: Math.round(seconds * 1000) / 1000,
    perCpuSecond: Math.round(notifications / seconds),
    bytesPerNotification: Math.round(bytes / notifications),
  }
}

const results = []
for (const scenario of scenarios) {
  const bare = await measure('bare', scenario)
  const game = await measure('game', scenario)
  const ofCeiling = Math.round((100 * game.perCpuSecond) / bare.perCpuSecond)
  results.push({ scenario: scenario.name, players: scenario.players, game, bare, percentOfBare: ofCeiling })
}
const report = {
  bench: 'relay',
  results,
  caveats: [
    'loopback; the players run on the same machine, beside the server',
    `sends come every ${tickMs} ms, so a bare chunk may hold frames of one player only by chance; the game server writes once for each player and turn`,
    '80 % positions, 15 % binaries, 5 % chat; the bare fan-out carries the bytes that the game server sends',
  ],
}
process.stdout.write(`${JSON.stringify(report)}\n`)
