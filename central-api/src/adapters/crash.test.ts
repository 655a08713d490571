/** The database is killed under a running central: what was acknowledged is there, presence is told again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createEnrolToken,
  type Endpoint,
  enrolNode,
  type Input,
  identifyConsole,
  type Output,
  registerNode,
  syncNode,
} from '@citygate/schema/contract'
import { expect, test, vi } from 'vitest'
import { sha256 } from '../hash.ts'
import { silent } from '../log.ts'
import { media, syncBody } from '../testing/hunters.ts'
import { startPostgres } from './embedded.ts'
import { startCentral } from './node.ts'

test('a killed database comes back under central, and asks for everybody who is there', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citygate crash '))
  const database = await startPostgres({ folder, log: silent })
  const central = await startCentral({ databaseUrl: database.url, host: '127.0.0.1', port: 0, log: silent })

  async function call<E extends Endpoint>(endpoint: E, input: Input<E>, key: string): Promise<Output<E>> {
    const request = new Request(central.url + endpoint.path, {
      method: endpoint.method,
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify((input as { body: unknown }).body),
    })
    const response = await central.fetch(request)
    if (!response.ok) throw new Error(await response.text())
    return endpoint.output.parse(await response.json()) as Output<E>
  }

  const roles: Input<typeof registerNode>['body']['roles'] = ['entry', 'world']
  const { token } = await call(createEnrolToken, { body: { roles } }, central.operatorKey ?? '')
  const key = 'cgn_crash'
  await call(enrolNode, { body: { name: 'n', keyHash: await sha256(key) } }, token)
  const start = { name: 'n', roles, software: 'test', servers: 'default' as const }
  const nowhere = { opn: null, lmp: null, fmp: null, rfp: null }
  const { epoch } = await call(registerNode, { body: { ...start, ...nowhere } }, key)
  const made = await call(identifyConsole, { body: { supportCode: null, mediaVersion: media } }, key)
  const before = await call(syncNode, { body: syncBody(epoch, 1) }, key)

  const { pid } = database
  process.kill(pid, 'SIGKILL')
  const delta = { generation: before.presence.generation, full: false, set: [], gone: [] }
  let number = 1
  const after = await vi.waitFor(
    async () => {
      expect(database.pid).not.toBe(pid)
      return call(syncNode, { body: syncBody(epoch, ++number, { presence: delta }) }, key)
    },
    { timeout: 60_000, interval: 100 },
  )
  expect(after.presence.wantFull).toBe(true)
  expect(after.presence.generation).not.toBe(before.presence.generation)
  const again = await call(
    identifyConsole,
    { body: { supportCode: made.supportCode, mediaVersion: media } },
    key,
  )
  expect(again).toMatchObject({ consoleId: made.consoleId, created: false })

  await central.close()
  await database.close()
  await rm(folder, { recursive: true, force: true })
})
