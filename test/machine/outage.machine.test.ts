/**
 * Central goes away and comes back, and then goes away again and the node is killed: consoles that play on, log in
 * again, edit and befriend meanwhile find all of it (design.md, "Two ways to be consistent").
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Central, startCentral } from '@citygate/central-api/node'
import { createCentral } from '@citygate/nodes/central'
import { silentLog } from '@citygate/nodes/host'
import {
  AnsFriendAdd,
  AnsUserBinarySet,
  ascii,
  MessageInfo,
  NtcFriendAccept,
  ReqFriendAdd,
  ReqUserBinarySet,
} from '@citygate/nodes/pat'
import { createEnrolToken, type NodeReport } from '@citygate/schema/contract'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { NodeProcess } from '../src/node-process.ts'
import { testDatabase } from '../src/postgres.ts'

const patience = 30_000
const ofRank = (rank: number) => Uint8Array.of(rank >> 8, rank & 255)

function edit(console: Console, rank: number): Promise<unknown> {
  return console.game.call(ReqUserBinarySet, { offset: 0, data: ofRank(rank) }, AnsUserBinarySet)
}

test('what was promised while central was away is there when it is back', { timeout: 240_000 }, async () => {
  await using database = await testDatabase()
  const client = postgres(database.url, { max: 2 })
  const folder = await mkdtemp(join(tmpdir(), 'citygate outage '))
  const start = (port: number) =>
    startCentral({ databaseUrl: database.url, host: '127.0.0.1', port, dataFolder: folder, log: silentLog })
  let central: Central = await start(0)
  const url = central.url
  const port = Number(new URL(url).port)
  const operator = createCentral({ url, fetch, key: central.operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
  const servers = [
    { id: 1, name: 'Valor1', type: 'open' },
    { id: 2, name: 'Valor2', type: 'open' },
  ]
  const startNode = () =>
    NodeProcess.start({
      folder: join(folder, 'host'),
      central: url,
      enrolToken: token,
      name: 'attic',
      servers,
    })
  let node = await startNode()
  const logIn = (name: string, supportCode?: string) =>
    Console.logIn({
      opn: node.opn,
      tls: false,
      patience,
      name,
      pick: () => 1,
      ...(supportCode ? { supportCode } : {}),
    })
  const rankOf = async ({ capcomId }: { capcomId: string }) =>
    (await client`select rank from players where capcom_id = ${capcomId}`)[0]?.rank as number
  const journal = async () =>
    (
      await client<
        { report: NodeReport | null }[]
      >`select report from node_epochs order by epoch desc limit 1`
    )[0]?.report?.journal
  try {
    const aria = await logIn('Aria')
    await aria.enterGate(3)
    const before = await logIn('Bert')
    await before.logOut()

    await central.close()
    await edit(aria, 31)
    const bert = await logIn('Bert', before.supportCode)
    expect(bert.capcomId).toBe(before.capcomId)
    expect(await bert.enterGate(3)).toContain(aria.capcomId)
    await edit(bert, 44)
    const letter = { messageInfo: MessageInfo.of({ textColor: 0xffffffff }), message: ascii('please') }
    await aria.game.call(ReqFriendAdd, { recipientId: ascii(bert.capcomId), ...letter }, AnsFriendAdd)
    await expect(logIn('Cleo')).rejects.toThrow()
    expect([await rankOf(aria), await rankOf(bert)]).not.toEqual([31, 44])

    central = await start(port)
    const there = async () => [await rankOf(aria), await rankOf(bert)]
    expect(await eventually(there, ([one, two]) => one === 31 && two === 44, 60_000)).toEqual([31, 44])
    await bert.game.next(NtcFriendAccept)
    const online = async () =>
      (await client`select capcom_id as id from live_presence where gate = 3`).map(({ id }) => id as string)
    expect((await eventually(online, ({ length }) => length === 2, 60_000)).sort()).toEqual(
      [aria.capcomId, bert.capcomId].sort(),
    )

    // Again, and now the node dies with what central has not heard.
    await central.close()
    await edit(aria, 57)
    process.kill(node.pid, 'SIGKILL')
    central = await start(port)
    await node[Symbol.asyncDispose]()
    // What it was killed with still names its ports.
    await rm(join(folder, 'host', 'status.json'))
    node = await startNode()
    expect(await rankOf(aria)).toBe(57)
    const again = await logIn('Aria', aria.supportCode)
    expect(again.capcomId).toBe(aria.capcomId)
    expect(await eventually(journal, (told) => told?.waiting === 0, 30_000)).toMatchObject({ deadLetters: 0 })
    await again.logOut()
  } finally {
    await node[Symbol.asyncDispose]()
    await central.close()
    await client.end()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
})
