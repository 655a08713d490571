/** Random clients on two central processes and one database, under faults: what they saw keeps every promise of shared state. */
import { expect, test } from 'vitest'
import { withOwnPostgres } from '../src/faults/own-postgres.ts'
import { sayRun, wrongWith } from '../src/history/report.ts'
import { recordRun } from '../src/history/run.ts'

const seed = Number(process.env.CITYGATE_HISTORY_SEED ?? 20261123)

test('a recorded history under faults keeps every promise', { timeout: 300_000 }, () =>
  withOwnPostgres(async (database) => {
    const run = await recordRun({
      ...{ seed, databaseUrl: database.url, killDatabase: database.kill },
      ...{ atLeast: { faults: 8, calls: 250 }, atMostMs: 20_000, faultEveryMs: 350 },
    })
    sayRun(seed, run)
    expect(Object.keys(run.faults).length).toBeGreaterThan(0)
    expect(wrongWith(seed, run)).toEqual([])
  }),
)
