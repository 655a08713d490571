/** The recorded line check: it takes as long as a silent player is waited for. */
import { expect, test } from 'vitest'
import { parseAddress } from '../src/console/index.ts'
import { testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'
import { deviations } from './deviations.ts'
import { framesNotSent, judge } from './judge.ts'
import { replay } from './replay.ts'
import { loadTranscript } from './transcript.ts'

test('line_check', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const scenario = 'line_check'
  const differences = await replay({
    transcript: loadTranscript(scenario),
    opn: parseAddress(realm.opn),
    patience: { normal: 5_000, slow: 120_000 },
    notSent: (step, client) => framesNotSent(deviations, scenario, step, client),
  })
  expect(judge(deviations, scenario, differences)).toEqual({ unexpected: [], stale: [] })
})
