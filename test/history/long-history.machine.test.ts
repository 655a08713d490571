/** The long run of `history.test.ts`, with other seeds each time. Needs some processes at once; takes two minutes. */
import { expect, test } from 'vitest'
import { withOwnPostgres } from '../src/faults/own-postgres.ts'
import { sayRun, wrongWith } from '../src/history/report.ts'
import { recordRun } from '../src/history/run.ts'

const asked = process.env.CITYGATE_HISTORY_SEED
const seeds = asked ? [Number(asked)] : [1, 2].map((n) => n + 10 * Math.floor(Date.now() / 1000))

test.each(seeds)('a long history under faults keeps every promise, seed %i', { timeout: 400_000 }, (seed) =>
  withOwnPostgres(async (database) => {
    const run = await recordRun({
      ...{ seed, databaseUrl: database.url, killDatabase: database.kill },
      ...{ atLeast: { faults: 35, calls: 2000 }, atMostMs: 60_000, faultEveryMs: 800, nodes: 4, hunters: 5 },
    })
    sayRun(seed, run)
    expect(Object.keys(run.faults).length).toBeGreaterThan(3)
    expect(wrongWith(seed, run)).toEqual([])
  }),
)
