/** docs/recorded-login.md, made without a test runner: with a database of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@citygate/central-api/embedded'
import { silentLog } from '@citygate/nodes/host'
import { Realm } from '../realm.ts'
import { recordLogin } from './recorded-login.ts'

export async function recordedLoginPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'citygate docs '))
  const database = await startPostgres({ folder, log: silentLog })
  try {
    await using realm = await Realm.start({ databaseUrl: database.url })
    return await recordLogin(realm.opn)
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}
