/** Recorded scenarios against a node of ours: equal frame by frame, except for what deviations.ts argues for. */
import { expect, test } from 'vitest'
import { parseAddress } from '../src/console/index.ts'
import { testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'
import type { Difference } from './compare.ts'
import { framesNotSent, judge } from './deviations.ts'
import { replay } from './replay.ts'
import { loadTranscript } from './transcript.ts'

/** Those that need no more of FMP than standing in a gate. */
const scenarios = [
  'login_only',
  'login_europe',
  'login_binaries',
  'change_server',
  'pipelined',
  'ticket_unknown',
]

/** One line for each, for a failing test's message. */
function line({ step, client, packet, field, expected, got }: Difference): string {
  return `${step} | ${client} | ${packet} | ${field} | ${expected} → ${got}`
}

test.each(scenarios)('%s', async (scenario) => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const differences = await replay({
    transcript: loadTranscript(scenario),
    opn: parseAddress(realm.opn),
    notSent: (step, client) => framesNotSent(scenario, step, client),
  })
  const { unexpected, stale } = judge(scenario, differences)
  expect({ unexpected: unexpected.map(line), stale }).toEqual({ unexpected: [], stale: [] })
})
