/** What a node has to do: figures that it tells central with its syncs. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { NodeLoad } from '@citygate/schema/contract'

export interface LoadWatch {
  /** Since the last time that it was asked. */
  read(players: number): NodeLoad
  stop(): void
}

export function watchLoad(connections: () => number): LoadWatch {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let cpu = process.cpuUsage()
  let at = performance.now()
  return {
    read(players) {
      const now = performance.now()
      const spent = process.cpuUsage(cpu)
      const share = (spent.user + spent.system) / 1000 / Math.max(1, now - at)
      cpu = process.cpuUsage()
      at = now
      const loopDelayMs = Math.max(0, delay.max / 1e6)
      delay.reset()
      return {
        connections: connections(),
        players,
        cpu: Math.round(share * 1000) / 1000,
        loopDelayMs: Math.round(loopDelayMs * 10) / 10,
        memory: process.memoryUsage.rss(),
      }
    },
    stop: () => delay.disable(),
  }
}
