/** Warps through real sockets: on one server, and to a hunter on another node, a process of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Central, startCentral } from '@citygate/central-api/node'
import { createCentral } from '@citygate/nodes/central'
import { silentLog } from '@citygate/nodes/host'
import {
  AnsFmpInfo2,
  AnsLayerChildInfo,
  AnsLayerCreateFoot,
  AnsLayerCreateHead,
  AnsLayerCreateSet,
  AnsLayerDetailSearchData,
  AnsLayerDetailSearchFoot,
  AnsLayerDetailSearchHead,
  AnsLayerDown,
  AnsLayerHost,
  AnsLayerJump,
  AnsUserSearchInfo,
  ascii,
  type Bytes,
  decodeLayerPath,
  encodeLayerPath,
  LayerSet,
  latin1,
  NtcLayerIn,
  NtcLayerJumpGo,
  NtcLayerJumpReady,
  NtcLayerOut,
  noBytes,
  ReqFmpInfo2,
  ReqLayerChildInfo,
  ReqLayerCreateFoot,
  ReqLayerCreateHead,
  ReqLayerCreateSet,
  ReqLayerDetailSearchData,
  ReqLayerDetailSearchFoot,
  ReqLayerDetailSearchHead,
  ReqLayerDown,
  ReqLayerHost,
  ReqLayerJump,
  ReqLayerJumpGo,
  ReqLayerJumpReady,
  ReqUserSearchInfo,
  UserSearchInfo,
} from '@citygate/nodes/pat'
import { createEnrolToken } from '@citygate/schema/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { goToServer, layerFields } from '../src/console/game.ts'
import { Console } from '../src/console/index.ts'
import { eventually } from '../src/eventually.ts'
import { NodeProcess } from '../src/node-process.ts'
import { type TestDatabase, testDatabase } from '../src/postgres.ts'

// Processes and whole log-ins on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let database: TestDatabase
let folder: string
let central: Central
let east: NodeProcess
let west: NodeProcess

/** A server of the west node that holds one hunter. */
const small = 3

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'citygate warp '))
  const at = { host: '127.0.0.1', port: 0, dataFolder: join(folder, 'central') }
  central = await startCentral({ databaseUrl: database.url, ...at, log: silentLog })
  ;[east, west] = await Promise.all([
    start('east', [{ id: 1, name: 'Valor1', type: 'open' }]),
    start('west', [
      { id: 2, name: 'Valor2', type: 'open' },
      { id: small, name: 'Closet', type: 'open', capacity: 1 },
    ]),
  ])
})
afterAll(async () => {
  await Promise.all([east, west].map((node) => node?.[Symbol.asyncDispose]()))
  await central?.close()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(
  name: string,
  servers: readonly { id: number; name: string; type: string; capacity?: number }[],
): Promise<NodeProcess> {
  const operator = createCentral({ url: central.url, fetch, key: central.operatorKey })
  const { token } = await operator.call(createEnrolToken, { body: { roles: ['entry', 'world'] } })
  return NodeProcess.start({
    ...{ folder: join(folder, name), central: central.url, enrolToken: token },
    ...{ name, servers },
  })
}

/** In a gate of the node's server. */
async function enter(node: NodeProcess, server: number, gate: number, name: string): Promise<Console> {
  const console = await Console.logIn({ opn: node.opn, tls: false, name, pick: () => server })
  await console.enterGate(gate)
  return console
}

const cityFields = [{ id: 4, value: 7 }]

async function found(console: Console, cityIndex: number, optionalFields = cityFields): Promise<void> {
  const { game } = console
  await game.call(ReqLayerCreateHead, { cityIndex }, AnsLayerCreateHead)
  const layerSet = LayerSet.of({ capacity: 4 })
  const set = { cityIndex, layerSet, optionalFields }
  await game.call(ReqLayerCreateSet, set, AnsLayerCreateSet)
  await game.call(ReqLayerCreateFoot, { cityIndex, cancelled: 0 }, AnsLayerCreateFoot)
}

/** The city search: one row at a time, as the client reads it (extras.md 8.3). */
async function citiesFound(console: Console, fields: readonly { id: number; value: number }[]) {
  const search = { circleFlag: 0, list: fields.map((field) => ({ ...field, operator: 5 })) }
  const asked = { layer: 2, search, firstIndex: 1, count: 40, layerFields, userFields: [1, 2] }
  const { count } = await console.game.call(ReqLayerDetailSearchHead, asked, AnsLayerDetailSearchHead)
  const rows = []
  for (let firstIndex = 1; firstIndex <= count; firstIndex++) {
    const page = { firstIndex, count: 1 }
    rows.push(...(await console.game.call(ReqLayerDetailSearchData, page, AnsLayerDetailSearchData)).records)
  }
  await console.game.call(ReqLayerDetailSearchFoot, {}, AnsLayerDetailSearchFoot)
  return rows
}

/** What the client asks before it warps to a hunter (extras.md 1.3). */
async function pathTo(seeker: Console, other: Console): Promise<Bytes> {
  const wanted = { capcomId: ascii(other.capcomId), userSearchInfo: UserSearchInfo.of({}) }
  const { userSearchInfo } = await seeker.game.call(ReqUserSearchInfo, wanted, AnsUserSearchInfo)
  return userSearchInfo.get('layerHost') ?? noBytes
}

const jump = (console: Console, path: Bytes, matchKey = 0) =>
  console.game.call(ReqLayerJump, { path, matchKey }, AnsLayerJump)
const ready = (console: Console, path: Bytes) =>
  console.game.call(ReqLayerJumpReady, { path, matchKey: 0 }, NtcLayerJumpReady)
const go = (console: Console, path: Bytes, ticket: number) =>
  console.game.call(ReqLayerJumpGo, { path, ticket }, NtcLayerJumpGo)
const place = (server: number, gate = 0, city = 0) => encodeLayerPath({ server, gate, city })

/** What the console learns of its own place on arrival. */
async function ownPlace(console: Console): Promise<string> {
  const asked = { layerIndex: 0, fields: layerFields }
  const { layerData } = await console.game.call(ReqLayerChildInfo, asked, AnsLayerChildInfo)
  return latin1(layerData.get('name') ?? noBytes)
}

/** The console's way to another server, up to its gates (extras.md 1.6, steps 2 to 7). */
const travel = async (console: Console, server: number) =>
  console.enterServer(await goToServer(console.game, server))

const who = ({ capcomId }: { capcomId: Bytes }) => latin1(capcomId)

test('to a friend in a city of another node: seat, way, arrival, and the city hears of him', async () => {
  const [aria, bela] = await Promise.all([enter(west, 2, 3, 'Aria'), enter(east, 1, 5, 'Bela')])
  const [near] = await Promise.all([enter(east, 1, 5, 'Near'), found(aria, 8)])
  const path = await eventually(
    () => pathTo(bela, aria),
    (told) => decodeLayerPath(told).city === 8,
  )
  expect(decodeLayerPath(path)).toEqual({ server: 2, gate: 3, city: 8 })

  const { ticket } = await ready(bela, path)
  expect(await ownPlace(bela)).toBe('City Gate5')
  await travel(bela, 2)
  expect(who(await near.next(NtcLayerOut))).toBe(bela.capcomId)
  await go(bela, path, ticket)
  expect(await ownPlace(bela)).toBe('City8')
  expect(await bela.listUsers()).toEqual([aria.capcomId, bela.capcomId])
  const host = await bela.game.call(ReqLayerHost, { cityPath: path }, AnsLayerHost)
  expect(latin1(host.hostCapcomId)).toBe(aria.capcomId)
  expect(who(await aria.next(NtcLayerIn))).toBe(bela.capcomId)
  await eventually(
    () => pathTo(near, bela),
    (told) => decodeLayerPath(told).city === 8,
  )
  for (const console of [aria, bela, near]) console.kill()
})

test('to a city of another node that a city search has found', async () => {
  const [aria, bela, cora] = await Promise.all([
    enter(west, 2, 6, 'Aria'),
    enter(east, 1, 6, 'Bela'),
    enter(west, 2, 6, 'Cora'),
  ])
  const fields = [
    { id: 2, value: 31 },
    { id: 4, value: 9 },
  ]
  await found(aria, 5, fields)
  await cora.game.call(ReqLayerDown, { layerIndex: 5, layerSet: LayerSet.of({}) }, AnsLayerDown)
  const [row] = await eventually(
    () => citiesFound(bela, fields),
    ([first]) => first?.users.length === 2,
  )
  if (!row) throw new Error('the city is not found')
  const { layerData } = row
  const path = layerData.get('layerHost') ?? noBytes
  expect(decodeLayerPath(path)).toEqual({ server: 2, gate: 6, city: 5 })
  expect([latin1(layerData.get('layerPathname') ?? noBytes), layerData.get('size')]).toEqual([
    'Valor2\tCity Gate6\tCity5',
    2,
  ])
  expect(row.optionalFields).toEqual(fields)
  expect(row.users.map(({ layerUserInfo }) => latin1(layerUserInfo.get('hunterName') ?? noBytes))).toEqual([
    'Aria',
    'Cora',
  ])
  expect(await citiesFound(bela, [{ id: 2, value: 30 }])).toEqual([])

  const { ticket } = await ready(bela, path)
  await travel(bela, 2)
  await go(bela, path, ticket)
  expect(await ownPlace(bela)).toBe('City5')
  expect(await bela.listUsers()).toEqual([aria.capcomId, cora.capcomId, bela.capcomId])
  for (const console of [aria, bela, cora]) console.kill()
})

test('a city that is gone on arrival leaves him at the level of the new server', async () => {
  const [aria, bela] = await Promise.all([enter(west, 2, 4, 'Aria'), enter(east, 1, 5, 'Bela')])
  await found(aria, 1)
  const { ticket } = await ready(bela, place(2, 4, 1))
  await travel(bela, 2)
  await aria.leaveGate()
  await expect(go(bela, place(2, 4, 1), ticket)).rejects.toThrow(/Nobody is in this city/)
  expect(await ownPlace(bela)).toBe('Valor2')
  aria.kill()
  bela.kill()
})

test('a full server on another node refuses before he leaves, and he stays where he is', async () => {
  const [aria, bela] = await Promise.all([enter(west, small, 1, 'Aria'), enter(east, 1, 5, 'Bela')])
  await ready(bela, place(small, 1))
  await expect(
    bela.game.call(ReqFmpInfo2, { serverIndex: small, fields: [2, 3] }, AnsFmpInfo2),
  ).rejects.toThrow(/full/)
  expect(await ownPlace(bela)).toBe('City Gate5')
  await expect(ready(bela, place(77, 1))).rejects.toThrow(/no such place/)
  await expect(ready(bela, place(2))).rejects.toThrow(/no such place/)
  aria.kill()
  bela.kill()
})

test('on one server: gate to gate, gate to city, city to city, city to gate, and up to the server', async () => {
  const [aria, bela, cora] = await Promise.all([
    enter(east, 1, 11, 'Aria'),
    enter(east, 1, 12, 'Bela'),
    enter(east, 1, 13, 'Cora'),
  ])
  await found(aria, 2)
  await jump(bela, place(1, 13))
  expect(who(await cora.next(NtcLayerIn))).toBe(bela.capcomId)
  await found(cora, 40)
  await jump(bela, await pathTo(bela, aria))
  await bela.game.call(ReqLayerHost, { cityPath: place(1, 11, 2) }, AnsLayerHost)
  expect(who(await aria.next(NtcLayerIn))).toBe(bela.capcomId)

  const rows = await citiesFound(bela, cityFields)
  const row = rows.find(({ layerData }) => decodeLayerPath(layerData.get('layerHost') ?? noBytes).gate === 13)
  await jump(bela, row?.layerData.get('layerHost') ?? noBytes, row?.layerData.get('matchKey'))
  expect(who(await aria.next(NtcLayerOut))).toBe(bela.capcomId)
  expect(await ownPlace(bela)).toBe('City40')

  await jump(bela, place(1, 11))
  await expect(jump(bela, place(1, 11))).rejects.toThrow(/already there/)
  await expect(jump(bela, place(1, 11, 3))).rejects.toThrow(/Nobody is in this city/)
  await expect(jump(bela, place(2, 3))).rejects.toThrow(/no such place/)
  await jump(bela, place(1))
  const layerSet = LayerSet.of({})
  await bela.game.call(ReqLayerDown, { layerIndex: 11, layerSet }, AnsLayerDown)
  for (const console of [aria, bela, cora]) console.kill()
})
