/** Recorded scenarios against a node of ours: equal frame by frame, except for what deviations.ts argues for. */
import { expect, test } from 'vitest'
import { parseAddress } from '../src/console/index.ts'
import { testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'
import type { Difference } from './compare.ts'
import { deviations } from './deviations.ts'
import { framesNotSent, judge } from './judge.ts'
import { replay } from './replay.ts'
import { loadTranscript } from './transcript.ts'

/** All but line_check, which takes as long as its line checks (line-check.machine.test.ts). */
const scenarios = [
  'login_only',
  'login_europe',
  'login_binaries',
  'change_server',
  'pipelined',
  'ticket_unknown',
  'gate_browse',
  'returning_hunter',
  'city_life',
  'city_cancel',
  'city_race_in_turn',
  'city_full',
  'leader_leaves',
  'tell_gate_city',
  'friends',
  'search_users',
  'circle_password',
  'circle_cycle',
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
    notSent: (step, client) => framesNotSent(deviations, scenario, step, client),
  })
  const { unexpected, stale } = judge(deviations, scenario, differences)
  expect({ unexpected: unexpected.map(line), stale }).toEqual({ unexpected: [], stale: [] })
})
