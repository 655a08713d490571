/**
 * What a machine can give, and how much of it the program may take. Plain JavaScript for Node.js 20, without
 * dependencies: the launcher reads it before anything is installed, for the bounds of a heap can only be given
 * when a process starts (docs/decisions/0162-profiles.md).
 */
import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'

const gib = 2 ** 30
/** Below it, or on one core, `auto` is modest: the system itself and a desktop take a gibibyte. */
const modestBelow = 2 * gib

/** MiB of the old generation: with room for more than 400 players (docs/hosts.md). */
const heaps = { node: 128, central: 192, up: 256 }

/** `{ cores, memory }`; memory in bytes, that of the container where there is one. */
export function machine() {
  const limit = process.constrainedMemory?.() ?? 0
  const memory = totalmem()
  return { cores: availableParallelism(), memory: limit > 0 && limit < memory ? limit : memory }
}

/** What `auto` is on a machine: `modest`, or `usual`, which bounds nothing. */
export function chosenProfile(wanted, { cores, memory }) {
  if (wanted !== 'auto') return wanted
  return cores < 2 || memory < modestBelow ? 'modest' : 'usual'
}

/** Options of Node.js for a command under a profile. */
export function heapOptions(profile, command) {
  const heap = heaps[command]
  if (profile !== 'modest' || heap === undefined) return []
  return [`--max-old-space-size=${heap}`, '--max-semi-space-size=1', '--optimize-for-size', '--expose-gc']
}

/**
 * The setting as the command itself will read it: flag, environment, file. Whatever is not understood here is `auto`,
 * and the command refuses it in words.
 */
export function wantedProfile(args, env) {
  const flag = (name) => {
    const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`))
    if (at < 0) return undefined
    return args[at].includes('=') ? args[at].slice(args[at].indexOf('=') + 1) : args[at + 1]
  }
  const value =
    flag('profile') ??
    env.CITYGATE_PROFILE ??
    inFile(flag('config') ?? env.CITYGATE_CONFIG ?? 'citygate.toml')
  return value === 'modest' || value === 'robust' ? value : 'auto'
}

function inFile(name) {
  try {
    return /^\s*profile\s*=\s*["'](\w+)["']/m.exec(readFileSync(name, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
