import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { testDatabase } from '../postgres.ts'
import { Realm } from '../realm.ts'
import { recordLogin } from './recorded-login.ts'

test('docs/recorded-login.md is fresh; `npm run docs` writes it', async () => {
  await using database = await testDatabase()
  await using realm = await Realm.start({ databaseUrl: database.url })
  const page = readFileSync(new URL('../../../docs/recorded-login.md', import.meta.url), 'utf8')
  expect(page).toBe(await recordLogin(realm.opn))
})
