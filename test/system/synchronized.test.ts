/** A `synchronized` node through an absence of central: what is shared is refused in words, with nothing half done, and the rest goes on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCentral } from '@citygate/central-api/node'
import { createCentral } from '@citygate/nodes/central'
import { silentLog } from '@citygate/nodes/host'
import {
  AnsFriendAdd,
  AnsUserBinarySet,
  AnsUserSearchHead,
  ascii,
  latin1,
  MessageInfo,
  NtcLayerChatRelayed,
  noBytes,
  ReqFriendAdd,
  ReqUserBinarySet,
  ReqUserSearchHead,
} from '@citygate/nodes/pat'
import { createEnrolToken } from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { NodeProcess } from '../src/node-process.ts'
import { testDatabase } from '../src/postgres.ts'

const away = expect.stringContaining('does not answer right now')

test('what is shared waits for central, and is refused in words while there is none', {
  timeout: 180_000,
}, async () => {
  await using database = await testDatabase()
  await using stack = new AsyncDisposableStack()
  const sql = postgres(database.url, { max: 1 })
  stack.defer(() => sql.end())
  const folder = await mkdtemp(join(tmpdir(), 'citygate synchronized '))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))
  const start = (port: number) =>
    startCentral({ databaseUrl: database.url, host: '127.0.0.1', port, dataFolder: folder, log: silentLog })
  let central = await start(0)
  stack.defer(() => central.close())
  const { url } = central
  const operator = createCentral({ url, fetch, key: central.operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
  const node = stack.use(
    await NodeProcess.start({
      ...{ folder: join(folder, 'host'), central: url, enrolToken: token, name: 'attic' },
      servers: [{ id: 1, name: 'Valor1', type: 'open' }],
      flags: ['--consistency', 'synchronized'],
    }),
  )
  const logIn = (name: string) =>
    Console.logIn({ opn: node.opn, tls: false, patience: 60_000, name, pick: () => 1 })
  const [aria, bert] = [await logIn('Aria'), await logIn('Bert')]
  await aria.enterGate(3)
  await bert.enterGate(3)

  const edit = (rank: number) =>
    aria.game.call(ReqUserBinarySet, { offset: 0, data: Uint8Array.of(0, rank) }, AnsUserBinarySet)
  const letter = { messageInfo: MessageInfo.of({ textColor: 0xffffffff }), message: ascii('please') }
  const ask = () =>
    aria.game.call(ReqFriendAdd, { recipientId: ascii(bert.capcomId), ...letter }, AnsFriendAdd)
  const none = { circleFlag: 0, list: [] }
  const search = () =>
    aria.game.call(
      ReqUserSearchHead,
      { capcomId: noBytes, hunterName: noBytes, search: none, firstIndex: 1, count: 10, fields: [] },
      AnsUserSearchHead,
    )
  const kept = async () => {
    const [player] = await sql`select rank from players where capcom_id = ${aria.capcomId}`
    return [player?.rank, (await sql`select from friend_requests`).length]
  }
  await edit(31)
  expect(await kept()).toEqual([31, 0])

  await central.close()
  for (const shared of [() => edit(32), ask, search])
    await expect(shared()).rejects.toMatchObject({ name: 'Refused', text: away })
  await expect(logIn('Cleo')).rejects.toMatchObject({ text: away })
  aria.chat('Does anybody hear me?')
  await bert.next(NtcLayerChatRelayed, ({ message }) => latin1(message).includes('hear me'))
  await aria.leaveGate()
  expect(await aria.enterGate(4)).toEqual([aria.capcomId])
  expect(await kept()).toEqual([31, 0])

  central = await start(Number(new URL(url).port))
  await eventually(
    () => edit(33).then(() => true),
    (done) => done,
  )
  expect(await kept()).toEqual([33, 0])
  await ask()
  expect(await kept()).toEqual([33, 1])
})
