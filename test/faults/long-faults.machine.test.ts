/** The long run of `faults.test.ts`, with another seed each time. Needs some processes at once; takes two minutes. */
import { expect, test } from 'vitest'
import { withOwnPostgres } from '../src/faults/own-postgres.ts'
import { runFaults } from '../src/faults/run.ts'

const seed = Number(process.env.CITYGATE_FAULTS_SEED ?? Math.floor(Date.now() / 1000))

test(`many faults, seed ${seed}`, { timeout: 600_000 }, () =>
  withOwnPostgres(async (database) => {
    const { wrong, summary } = await runFaults({ seed, database, hunters: 10, faults: 18, faultMs: 2500 })
    process.stdout.write(`${JSON.stringify(summary)}\n`)
    expect(wrong).toEqual([])
  }),
)
