/** The two visits to LMP: the account with its six slots; then the hunter, and the first game server (login.md 3.2, 3.3). */
import {
  AnsFmpInfo,
  AnsFmpListData,
  AnsFmpListFoot,
  AnsFmpListHead,
  AnsFmpListVersion,
  AnsLoginInfo,
  AnsServerTime,
  AnsTicket,
  AnsUserListData,
  AnsUserListFoot,
  AnsUserListHead,
  AnsUserObject,
  ascii,
  type Bytes,
  LoginInfo,
  latin1,
  ProtocolError,
  ReqFmpInfo,
  ReqFmpListData,
  ReqFmpListFoot,
  ReqFmpListHead,
  ReqFmpListVersion,
  ReqLoginInfo,
  ReqServerTime,
  ReqTicket,
  ReqUserListData,
  ReqUserListFoot,
  ReqUserListHead,
  ReqUserObject,
  UserObject,
} from '@citygate/nodes/pat'
import type { Connection } from './connection.ts'
import { TurnedAway, words } from './errors.ts'
import { country, freeSlot, type Memory, type Slot } from './identity.ts'
import { addressOf, byRoom, type ListedServer, listedServer, readPages } from './servers.ts'
import type { Address } from './socket.ts'

const slots = 6
const loginOk = 1
const objectOk = 1
const slotUse = { create: 1, asItIs: 2, changed: 3 } as const

/** Status 1. Leaves support code, first ticket and slots in `memory`. */
export async function visitAccount(lmp: Connection, memory: Memory): Promise<void> {
  await identify(lmp, memory)
  memory.ticket = (await lmp.call(ReqTicket, {}, AnsTicket)).ticket
  memory.slots = await readSlots(lmp)
  await lmp.call(ReqServerTime, { convertedCountryCode: country }, AnsServerTime)
  await lmp.leave(2)
}

async function identify(lmp: Connection, memory: Memory): Promise<void> {
  const loginInfo = LoginInfo.of({
    ...(memory.supportCode && { onlineSupportCode: memory.supportCode }),
    state: 0,
    nasToken: ascii('bot-nas-token'),
  })
  const answer = await lmp.call(ReqLoginInfo, { loginInfo }, AnsLoginInfo)
  if (answer.needTicket !== loginOk) {
    lmp.hangUp()
    throw new TurnedAway('lmp', answer.needTicket, words(answer.unknownText))
  }
  memory.supportCode = answer.chargeInfo.get('onlineSupportCode') ?? memory.supportCode
}

async function readSlots(lmp: Connection): Promise<readonly (Slot | null)[]> {
  const wanted = { firstIndex: 1, count: slots, fields: [1, 2, 3, 5, 4, 6, 7, 8] }
  const { count } = await lmp.call(ReqUserListHead, wanted, AnsUserListHead)
  const { records } = await lmp.call(ReqUserListData, { firstIndex: 1, count }, AnsUserListData)
  await lmp.call(ReqUserListFoot, {}, AnsUserListFoot)
  return records.map(({ userObject }) => {
    const capcomId = userObject.get('capcomId')
    // The game gives up on a row without a Capcom ID (login.md 2.8, step 70).
    if (!capcomId?.length) throw new ProtocolError('AnsUserListData', 'a slot without Capcom ID')
    if (latin1(capcomId) === freeSlot) return null
    return { capcomId: latin1(capcomId), name: userObject.get('hunterName') ?? new Uint8Array(0) }
  })
}

export interface HunterChoice {
  /** 1 to 6. */
  readonly slot: number
  /** Undefined: as it is stored. */
  readonly name: Bytes | undefined
}

/** Status 2. Leaves hunter and second ticket in `memory`; gives the address of the emptiest game server. */
export async function visitHunter(lmp: Connection, memory: Memory, choice: HunterChoice): Promise<Address> {
  await chooseHunter(lmp, memory, choice)
  memory.ticket = (await lmp.call(ReqTicket, {}, AnsTicket)).ticket
  const { version } = await lmp.call(ReqFmpListVersion, {}, AnsFmpListVersion)
  const servers = await listServers(lmp, version)
  const address = await askAddresses(lmp, servers)
  await lmp.leave(2)
  return address
}

async function chooseHunter(lmp: Connection, memory: Memory, { slot, name }: HunterChoice): Promise<void> {
  const known = memory.slots[slot - 1]
  const mode = known ? (name ? slotUse.changed : slotUse.asItIs) : slotUse.create
  const userObject = UserObject.of(
    mode === slotUse.asItIs
      ? {}
      : {
          hunterName: name ?? ascii('Hunter'),
          unknown0x04: 3,
          unknown0x05: 2,
          unknown0x06: country,
          rank: 1,
        },
  )
  const asked = { isSlotEmpty: mode, slotIndex: slot, userObject }
  const answer = await lmp.call(ReqUserObject, asked, AnsUserObject)
  if (answer.needTicket !== objectOk) {
    lmp.hangUp()
    throw new TurnedAway('lmp', answer.needTicket, words(answer.unknownText))
  }
  const capcomId = answer.userObject.get('capcomId')
  if (!capcomId?.length) throw new ProtocolError('AnsUserObject', 'no Capcom ID')
  memory.capcomId = latin1(capcomId)
  memory.name = answer.userObject.get('hunterName') ?? name ?? new Uint8Array(0)
}

async function listServers(lmp: Connection, version: number): Promise<readonly ListedServer[]> {
  const wanted = { version, firstIndex: 1, count: 80, fields: [1, 8, 9, 7, 10, 11, 12] }
  const { count } = await lmp.call(ReqFmpListHead, wanted, AnsFmpListHead)
  const rows = await readPages(count, async (firstIndex, size) => {
    const { records } = await lmp.call(ReqFmpListData, { firstIndex, count: size }, AnsFmpListData)
    return records.map(({ fmpData }) => listedServer(fmpData))
  })
  await lmp.call(ReqFmpListFoot, {}, AnsFmpListFoot)
  return rows
}

/** The game asks for the second best first, as a spare, and then for the best (login.md 3.3). */
async function askAddresses(lmp: Connection, servers: readonly ListedServer[]): Promise<Address> {
  const [best, spare] = byRoom(servers)
  if (!best) {
    lmp.hangUp()
    throw new TurnedAway('lmp', 0, 'no game server has room')
  }
  const ask = async ({ index }: ListedServer): Promise<Address> => {
    const { fmpData } = await lmp.call(ReqFmpInfo, { serverIndex: index, fields: [2, 3] }, AnsFmpInfo)
    return addressOf(fmpData)
  }
  if (spare) await ask(spare)
  return ask(best)
}
