/** Recorded scenarios against a node of ours: equal frame by frame, except for what deviations.ts argues for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAddress } from '../src/console/index.ts'
import { type TestDatabase, testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'
import type { Difference } from './compare.ts'
import { judge } from './deviations.ts'
import { replay } from './replay.ts'
import { loadTranscript } from './transcript.ts'

let database: TestDatabase
let realm: Realm

beforeAll(async () => {
  database = await testDatabase()
  realm = await Realm.start({ databaseUrl: database.url })
})

afterAll(async () => {
  await realm?.[Symbol.asyncDispose]()
  await database?.close()
})

const scenarios = [
  'login_only',
  'login_europe',
  'gate_browse',
  'change_server',
  'returning_hunter',
  'pipelined',
]

/** One line for each, for a failing test's message. */
function line({ step, client, packet, field, expected, got }: Difference): string {
  return `${step} | ${client} | ${packet} | ${field} | ${expected} → ${got}`
}

test.each(scenarios)('%s', async (scenario) => {
  const differences = await replay({
    transcript: loadTranscript(scenario),
    opn: parseAddress(realm.opn),
  })
  const { unexpected, stale } = judge(scenario, differences)
  expect({ unexpected: unexpected.map(line), stale }).toEqual({ unexpected: [], stale: [] })
})
