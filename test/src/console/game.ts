/** What a console asks on FMP from the opening to standing in a gate (login.md 3.5 and 4, extras.md 8.1). */
import {
  AnsBinaryData,
  AnsBinaryFoot,
  AnsBinaryHead,
  AnsBinaryVersion,
  AnsBlackList,
  AnsCircleInfoNoticeSet,
  AnsFmpInfo2,
  AnsFmpListData2,
  AnsFmpListFoot2,
  AnsFmpListHead2,
  AnsFmpListVersion2,
  AnsFriendList,
  AnsLayerChildListData,
  AnsLayerChildListFoot,
  AnsLayerChildListHead,
  AnsLayerEnd,
  AnsLayerStart,
  AnsServerTime,
  AnsUserBinarySet,
  AnsUserSearchInfoMine,
  AnsUserSearchSet,
  AnsUserStatusSet,
  type Bytes,
  type Items,
  type LayerData,
  ReqBinaryData,
  ReqBinaryFoot,
  ReqBinaryHead,
  ReqBinaryVersion,
  ReqBlackList,
  ReqCircleInfoNoticeSet,
  ReqFmpInfo2,
  ReqFmpListData2,
  ReqFmpListFoot2,
  ReqFmpListHead2,
  ReqFmpListVersion2,
  ReqFriendList,
  ReqLayerChildListData,
  ReqLayerChildListFoot,
  ReqLayerChildListHead,
  ReqLayerEnd,
  ReqLayerStart,
  ReqServerTime,
  ReqUserBinarySet,
  ReqUserSearchInfoMine,
  ReqUserSearchSet,
  ReqUserStatusSet,
  UserSearchInfo,
  UserStatusSet,
} from '@citygate/nodes/pat'
import type { Connection } from './connection.ts'
import { country } from './identity.ts'
import { addressOf, type ListedServer, listedServer, readPages } from './servers.ts'
import { fetchSlices } from './slices.ts'
import type { Address } from './socket.ts'

export type LayerItems = Items<typeof LayerData.fields>

/** Fields of LayerData that the game asks for. */
export const layerFields = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 21, 22, 23]
const circleFields = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]

/** Binary kinds of login.md 7.1, English numbers. */
const binaries = { messages: 5, serverTypes: 1, atServer: [2, 3, 4] } as const
const nothing = 0xffffffff

/** How a hunter looks to others: 256 bytes of which a server reads rank and weapon (game.md 4.5). */
export function hunterSettings({ rank, weapon }: { rank: number; weapon: number }): Bytes {
  const settings = new Uint8Array(256)
  new DataView(settings.buffer).setUint16(0, rank)
  settings[5] = weapon
  return settings
}

/** The first part of every visit, up to the start of the layers. Gives the own unique id's two words. */
export async function greet(fmp: Connection, settings: Bytes): Promise<readonly [number, number]> {
  await fmp.call(ReqServerTime, { convertedCountryCode: country }, AnsServerTime)
  await fetchBinary(fmp, binaries.messages)
  const placeholders = UserSearchInfo.of({ uniqueIdA: 0, uniqueIdB: 0 })
  const mine = await fmp.call(ReqUserSearchInfoMine, { userSearchInfo: placeholders }, AnsUserSearchInfoMine)
  await fmp.call(ReqLayerStart, { fields1: layerFields, fields2: layerFields }, AnsLayerStart)
  await fmp.call(ReqCircleInfoNoticeSet, { fields1: circleFields, fields2: [1, 2] }, AnsCircleInfoNoticeSet)
  await fmp.call(ReqUserBinarySet, { offset: 0, data: settings }, AnsUserBinarySet)
  await fmp.call(ReqUserSearchSet, { optionalFields: searchFields(settings) }, AnsUserSearchSet)
  return [mine.userSearchInfo.get('uniqueIdA') ?? 0, mine.userSearchInfo.get('uniqueIdB') ?? 0]
}

function searchFields(settings: Bytes): { id: number; value: number }[] {
  const rank = new DataView(settings.buffer, settings.byteOffset).getUint16(0)
  return [
    { id: 1, value: ((settings[5] ?? 0) << 24) >>> 0 },
    { id: 2, value: (rank << 16) >>> 0 },
  ]
}

/** The list that the player chooses from, on the first game server (login.md 4). */
export async function listServersInGame(fmp: Connection): Promise<readonly ListedServer[]> {
  await fetchBinary(fmp, binaries.serverTypes)
  const { version } = await fmp.call(ReqFmpListVersion2, {}, AnsFmpListVersion2)
  const wanted = { version, firstIndex: 1, count: 80, fields: [1, 8, 9, 7, 10, 11, 12] }
  const { count } = await fmp.call(ReqFmpListHead2, wanted, AnsFmpListHead2)
  const rows = await readPages(count, async (firstIndex, size) => {
    const { records } = await fmp.call(ReqFmpListData2, { firstIndex, count: size }, AnsFmpListData2)
    return records.map(({ fmpData }) => listedServer(fmpData))
  })
  await fmp.call(ReqFmpListFoot2, {}, AnsFmpListFoot2)
  return rows
}

/** Asks the chosen server's address and leaves for it. */
export async function goToServer(fmp: Connection, serverIndex: number): Promise<Address> {
  const { fmpData } = await fmp.call(ReqFmpInfo2, { serverIndex, fields: [2, 3] }, AnsFmpInfo2)
  await fmp.call(ReqLayerEnd, {}, AnsLayerEnd)
  await fmp.leave(2)
  return addressOf(fmpData)
}

/** What follows the greeting on the chosen server, up to the list of gates. */
export async function settleIn(fmp: Connection): Promise<readonly LayerItems[]> {
  for (const binary of binaries.atServer) await fetchBinary(fmp, binary)
  await fmp.call(ReqFriendList, { firstIndex: 1, count: 50, fields: [1, 2, 3] }, AnsFriendList)
  await fmp.call(ReqBlackList, { firstIndex: 1, count: 16, fields: [1, 2, 3] }, AnsBlackList)
  await fmp.call(ReqUserStatusSet, { userStatusSet: openToAll }, AnsUserStatusSet)
  return listChildren(fmp)
}

const openToAll = UserStatusSet.of({
  unknown0x01: 1,
  unknown0x02: 1,
  unknown0x03: 0,
  unknown0x04: 0,
  unknown0x05: 0,
  unknown0x08: 0,
  friendRequestPolicy: 0,
})

/** Gates of the server, or cities of the gate; fetched in tens (extras.md 8.3). */
async function listChildren(fmp: Connection): Promise<readonly LayerItems[]> {
  const wanted = { firstIndex: 1, count: 40, fields: layerFields, rest: Uint8Array.of(0) }
  const { count } = await fmp.call(ReqLayerChildListHead, wanted, AnsLayerChildListHead)
  const rows: LayerItems[] = []
  while (rows.length < Math.min(count, 40)) {
    const asked = { firstIndex: rows.length + 1, count: Math.min(10, count - rows.length) }
    const { records } = await fmp.call(ReqLayerChildListData, asked, AnsLayerChildListData)
    if (records.length === 0) break
    rows.push(...records.map(({ layerData }) => layerData))
  }
  await fmp.call(ReqLayerChildListFoot, {}, AnsLayerChildListFoot)
  return rows
}

/** Downloads a binary as a console does that has none yet; undefined where the server says there is none. */
async function fetchBinary(fmp: Connection, binaryType: number): Promise<Bytes | undefined> {
  if (binaryType % 15 !== binaries.messages) {
    const { version } = await fmp.call(ReqBinaryVersion, { binaryType }, AnsBinaryVersion)
    if (version === nothing || version === 0) return undefined
  }
  const { version, size } = await fmp.call(ReqBinaryHead, { binaryType }, AnsBinaryHead)
  const whole = await fetchSlices(size, async (offset, wanted) => {
    const asked = { binaryType, version, offset, size: wanted }
    const slice = await fmp.call(ReqBinaryData, asked, AnsBinaryData)
    return { offset: slice.offset, bytes: slice.data }
  })
  await fmp.call(ReqBinaryFoot, { binaryType }, AnsBinaryFoot)
  return whole
}
