/** Says which profile was chosen, and why (docs/decisions/0162-profiles.md). */
import { getHeapStatistics } from 'node:v8'
import { chosenProfile, machine, type Profile, type SeenMachine } from '../../profile.mjs'

const mib = 2 ** 20

/** One line for the log. `heapLimit` in bytes is what this process was started with, `nodes` what it runs. */
export function profileWords(wanted: Profile, seen: SeenMachine, heapLimit: number, nodes: number): string {
  const chosen = chosenProfile(wanted, seen)
  const { cores, memory } = seen
  const has = `${cores} ${cores === 1 ? 'core' : 'cores'} and ${(memory / 1024 / mib).toFixed(1)} GiB`
  const why = wanted === 'auto' ? `on ${has}` : `as set, on ${has}`
  const bounded = heapLimit < 512 * mib
  const heap = `the heap may grow to ${Math.round(heapLimit / mib)} MiB`
  if (chosen !== 'modest') return `profile: ${chosen}, ${why}; ${heap}`
  const runs = nodes === 1 ? 'one node' : `${nodes} nodes, as --workers has it`
  if (bounded) return `profile: modest, ${why}: ${runs}, ${heap}`
  return `profile: modest, ${why}: ${runs}; ${heap}, for this process was not started by citygate: give Node.js --max-old-space-size yourself`
}

export const ownProfileWords = (wanted: Profile, nodes: number): string =>
  profileWords(wanted, machine(), getHeapStatistics().heap_size_limit, nodes)
