/** All pairs of all operations of docs/locking.md, at once on the same rows. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deadlocksOf } from '../testing/locking/deadlocks.ts'
import { lockingOperations } from '../testing/locking/operations.ts'
import { pairsOf, runPairs } from '../testing/locking/pairs.ts'
import { openTheatre, type Theatre } from '../testing/locking/stage.ts'
import { type TracedCentral, tracedCentral } from '../testing/locking/traced-central.ts'

let traced: TracedCentral
let theatre: Theatre

beforeAll(async () => {
  traced = await tracedCentral()
  theatre = await openTheatre(traced.central, traced.deps)
})
afterAll(() => traced[Symbol.asyncDispose]())

test('all operations in pairs: every pair ends, nobody deadlocks, nothing is lost', async () => {
  const pairs = pairsOf(lockingOperations)
  const sum = await runPairs(theatre, pairs)
  const deadlocks = await deadlocksOf(traced.central.databaseUrl)
  process.stdout.write(`lock matrix of ${lockingOperations.length}: ${sum.text}, ${deadlocks} deadlocks\n`)
  expect(sum.wrong).toEqual([])
  expect({ deadlocks, repeats: traced.repeats }).toEqual({ deadlocks: 0, repeats: 0 })
  // Some two minutes on two cores that have nothing else to do.
}, 900_000)
