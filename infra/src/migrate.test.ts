import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/src/postgres.ts'

async function migrate(...flags: string[]) {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, 'migrate', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, out, err }
}

test('an empty database gets its form, once', { timeout: 120_000 }, async () => {
  await using database = await testDatabase({ migrated: false })
  expect(await migrate('--database', database.url)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+ migrations were applied\n$/),
  })
  expect(await migrate('--database', database.url)).toMatchObject({
    code: 0,
    out: 'the database has the newest form\n',
  })
})

test('without a database the command names the setting', async () => {
  expect(await migrate()).toMatchObject({ code: 2, err: expect.stringMatching(/^citygate: database: /) })
})
