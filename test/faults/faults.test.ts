/** A community under a few faults, through the front door: what consoles were told is true afterwards. */
import { expect, test } from 'vitest'
import { withOwnPostgres } from '../src/faults/own-postgres.ts'
import { runFaults } from '../src/faults/run.ts'

const seed = Number(process.env.CITYGATE_FAULTS_SEED ?? 20261123)

test(
  'a few faults: nothing that was acknowledged is lost, nobody is shown twice, nothing is stuck',
  { timeout: 400_000 },
  () =>
    withOwnPostgres(async (database) => {
      const { wrong, summary } = await runFaults({ seed, database, hunters: 4, faults: 3, faultMs: 800 })
      process.stdout.write(`${JSON.stringify(summary)}\n`)
      expect(wrong).toEqual([])
    }),
)
