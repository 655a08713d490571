/** Processor time of a program with everything that it has started, on Linux. For benchmarks. */
import { readdirSync, readFileSync } from 'node:fs'

/** As every Linux tells it, whatever the kernel's own clock. */
const ticksPerSecond = 100

/** Seconds that the process and its descendants have used so far; what has ended counts with its parent. */
export function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // utime, stime, cutime, cstime: fields 14 to 17, counted from 1 with the name as one.
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks || 0), 0) / ticksPerSecond
  return own + childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), 0)
}

/** Every thread has children of its own. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
