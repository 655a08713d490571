/** What a node has to do: figures that it tells central with its syncs. */
import type { NodeLoad } from '@citygate/schema/contract'

export interface LoadWatch {
  /** Since the last time that it was asked. */
  read(players: number): NodeLoad
  stop(): void
}

/** Of the delay of the event loop: one that is shorter is seen in part. */
const lookEveryMs = 50

export function watchLoad(connections: () => number): LoadWatch {
  // Node's own histogram of this takes half a mebibyte.
  let late = 0
  let due = performance.now() + lookEveryMs
  const looking = setInterval(() => {
    const now = performance.now()
    late = Math.max(late, now - due)
    due = now + lookEveryMs
  }, lookEveryMs)
  looking.unref()
  let cpu = process.cpuUsage()
  let at = performance.now()
  return {
    read(players) {
      const now = performance.now()
      const spent = process.cpuUsage(cpu)
      const share = (spent.user + spent.system) / 1000 / Math.max(1, now - at)
      cpu = process.cpuUsage()
      at = now
      const loopDelayMs = late
      late = 0
      return {
        connections: connections(),
        players,
        cpu: Math.round(share * 1000) / 1000,
        loopDelayMs: Math.round(loopDelayMs * 10) / 10,
        memory: process.memoryUsage.rss(),
      }
    },
    stop: () => clearInterval(looking),
  }
}
