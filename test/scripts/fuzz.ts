/**
 * `npm run fuzz [seconds] [seed]`: feeds the wire with spoilt and made-up streams, 10 seconds long if not told
 * otherwise. Prints the seed; the same seed makes the same streams in the same order.
 *
 * Whatever comes in: frames are refused with a ProtocolError and nothing else, or they are understood and
 * written again to equal bytes; no stream takes long; nothing is held that has not arrived.
 */
import fc from 'fast-check'
import { hex } from '../../nodes/src/pat/bytes.ts'
import { type Attack, attacks, withstand } from '../../nodes/src/pat/testing/fuzz.ts'

const slowestMs = 2_000

const [seconds = 10, seed = Date.now() % 0x7fffffff] = process.argv.slice(2).map(Number)
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run fuzz [seconds] [seed]')
  process.exit(2)
}

const started = performance.now()
let streams = 0
let frames = 0
let refused = 0

function attempt(attack: Attack): void {
  const start = performance.now()
  const outcome = withstand(attack)
  const took = performance.now() - start
  if (took > slowestMs) throw new Error(`took ${Math.round(took)} ms`)
  streams++
  frames += outcome.frames
  refused += outcome.refused ? 1 : 0
}

console.log(`seed ${seed}, ${seconds} s; again with: npm run fuzz ${seconds} ${seed}`)
const result = fc.check(fc.property(attacks, attempt), {
  seed,
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: seconds * 1000,
  markInterruptAsFailure: false,
})
const summary = { seed, streams, frames, refused, seconds: Math.round((performance.now() - started) / 1000) }
if (result.failed) {
  const attack = result.counterexample?.[0]
  console.error(result.errorInstance)
  if (attack) console.error({ side: attack.side, stream: hex(attack.stream), sizes: attack.sizes })
  console.error(JSON.stringify({ ...summary, path: result.counterexamplePath }))
  process.exit(1)
}
console.log(JSON.stringify(summary))
