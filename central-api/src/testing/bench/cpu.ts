/** CPU time of processes, as Linux counts it; elsewhere there is none to be had without tools. */
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

interface Stat {
  readonly parent: number
  readonly seconds: number
  /** Of children that have ended and been waited for. */
  readonly endedChildren: number
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const at = (index: number) => fields[index] ?? 0
    return {
      parent: at(1),
      seconds: (at(11) + at(12)) / ticksPerSecond,
      endedChildren: (at(13) + at(14)) / ticksPerSecond,
    }
  } catch {
    return null
  }
}

/** Seconds of a process and everything below it, also of what has ended. Null where `/proc` is not. */
export function cpuOf(root: number): number | null {
  const stats = new Map<number, Stat>()
  try {
    for (const name of readdirSync('/proc')) {
      const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null
      if (stat) stats.set(Number(name), stat)
    }
  } catch {
    return null
  }
  const own = stats.get(root)
  if (!own) return null
  const below = [...stats].filter(([, { parent }]) => parent === root).map(([pid]) => cpuBelow(pid, stats))
  return own.seconds + own.endedChildren + below.reduce((sum, seconds) => sum + seconds, 0)
}

function cpuBelow(pid: number, stats: ReadonlyMap<number, Stat>): number {
  const own = stats.get(pid)
  if (!own) return 0
  const below = [...stats].filter(([, { parent }]) => parent === pid)
  return below.reduce((sum, [child]) => sum + cpuBelow(child, stats), own.seconds + own.endedChildren)
}
