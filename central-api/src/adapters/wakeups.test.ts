import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/src/postgres.ts'
import { connect } from './database.ts'
import { listenForWakeups } from './wakeups.ts'

test('what one instance publishes wakes the sleepers of another, each by its topic', async () => {
  await using database = await testDatabase()
  const warnings: unknown[] = []
  const log = { debug() {}, info() {}, warn: (fields: object) => void warnings.push(fields), error() {} }
  const [here, there] = [connect(database.url, 2), connect(database.url, 2)]
  try {
    const speaker = await listenForWakeups(here.client, log)
    const listener = await listenForWakeups(there.client, log)
    const woken: string[] = []
    await new Promise<void>((done) => {
      listener.subscribe(['node:other'], () => woken.push('other'))
      listener.subscribe(['node:one'], () => woken.push('one'))
      listener.subscribe(['last'], done)
      void speaker.publish(['node:one', 'last'])
    })
    expect(woken).toEqual(['one'])
    expect(warnings).toEqual([])
  } finally {
    await Promise.all([here.client.end(), there.client.end()])
  }
})
