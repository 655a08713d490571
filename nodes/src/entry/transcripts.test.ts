/**
 * The OPN and LMP parts of every recording of the reference, frame by frame against this server. The
 * link draws the recorded tickets, codes and Capcom IDs, and the content has texts of the recorded
 * sizes, so the answers have to be equal to the byte, but for three things: the greetings that the
 * reference puts where login.md 9 has nothing; the player counts of the moment; and the name of a
 * hunter who was chosen without one, which we add, since the client copies it from there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EntryNode } from '../host/testing/entry-node.ts'
import { RawClient } from '../host/testing/raw-client.ts'
import {
  AnsAnnounce,
  AnsFmpListData,
  AnsLoginInfo,
  AnsNoCharge,
  AnsSubTermsInfo,
  AnsTermsVersion,
  AnsTicket,
  AnsUserObject,
  type AnyPacket,
  type Body,
  decodeBody,
  encodeFrame,
  latin1,
  noBytes,
  packetOf,
} from '../pat/index.ts'
import { listedServer, MemoryLink } from './testing/memory-link.ts'

interface RecordedFrame {
  readonly step: string
  readonly conn: string
  readonly dir: 'in' | 'out' | 'raw' | 'close'
  readonly id?: string
  readonly seq?: number
  readonly payload?: string
}

type Recording = { readonly clients: Record<string, readonly RecordedFrame[]> }

const folder = new URL('../../../test/transcripts/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.json'))

const idOf = ({ id }: RecordedFrame): number => Number.parseInt(id ?? '0', 16)
const payloadOf = ({ payload }: RecordedFrame): Uint8Array =>
  Uint8Array.from(Buffer.from(payload ?? '', 'hex'))

/** The bodies of the recorded frames of one kind, in their order. */
function recorded<P extends AnyPacket>(frames: readonly RecordedFrame[], packet: P): Body<P>[] {
  return frames
    .filter((frame) => frame.dir === 'in' && idOf(frame) === packet.id)
    .map((frame) => decodeBody(packet, payloadOf(frame)))
}

/** Takes the values that were made up in the recording, one after the other. */
function inTurn<T>(values: readonly (T | undefined)[], what: string): () => T {
  const left = [...values]
  return () => {
    const value = left.shift()
    if (value === undefined) throw new Error(`the recording has no further ${what}`)
    return value
  }
}

function recordedLink(frames: readonly RecordedFrame[]): MemoryLink {
  const codes = new Set(
    recorded(frames, AnsLoginInfo).map(({ chargeInfo }) =>
      latin1(chargeInfo.get('onlineSupportCode') ?? noBytes),
    ),
  )
  const ids = new Set(
    recorded(frames, AnsUserObject).map(({ userObject }) => latin1(userObject.get('capcomId') ?? noBytes)),
  )
  const tickets = recorded(frames, AnsTicket).map(({ ticket }) => ticket)
  return new MemoryLink({
    supportCode: inTurn([...codes], 'support code'),
    capcomId: inTurn([...ids], 'Capcom ID'),
    ticket: inTurn(tickets, 'ticket'),
  })
}

const numbered = { 1: 'open', 2: 'rookie', 3: 'expert', 4: 'recruiting' } as const

function recordedServers(frames: readonly RecordedFrame[]) {
  const [list] = recorded(frames, AnsFmpListData)
  return (list?.records ?? []).map(({ fmpData }) =>
    listedServer(fmpData.get('index') ?? 0, {
      name: latin1(fmpData.get('serverName') ?? noBytes),
      type: numbered[Number(fmpData.get('serverType')) as 1 | 2 | 3 | 4],
      population: fmpData.get('playerCount') ?? 0,
      capacity: fmpData.get('playerCapacity') ?? 0,
      address: { host: '127.0.0.1', port: fmpData.get('serverPort') ?? 0 },
    }),
  )
}

/** The node as the recorded one was set up. */
async function nodeAsRecorded(frames: readonly RecordedFrame[]): Promise<EntryNode> {
  const node = await EntryNode.start(recordedLink(frames))
  const filler = (size: number): Uint8Array => new Uint8Array(size).fill(0x78)
  const [terms] = recorded(frames, AnsTermsVersion)
  const [subTerms] = recorded(frames, AnsSubTermsInfo)
  node.content.termsText = { version: terms?.version ?? 1, bytes: filler(terms?.size ?? 0) }
  node.content.subTermsText = { version: subTerms?.version ?? 1, bytes: filler(subTerms?.size ?? 0) }
  node.content.announced = recorded(frames, AnsAnnounce)[0]?.text ?? noBytes
  node.content.charged = recorded(frames, AnsNoCharge)[0]?.text ?? noBytes
  node.lmpAddress = { host: '127.0.0.1', port: 0x4719 }
  const servers = recordedServers(frames)
  node.link.directory = { version: 1, servers: servers.length ? servers : [listedServer(1)], entries: [] }
  return node
}

interface PlainFrame {
  readonly id: number
  readonly sequence: number
  readonly payload: Uint8Array
}

/** A frame without what the comparison leaves out. */
function comparable({ id, sequence, payload }: PlainFrame, wanted: PlainFrame): string {
  const encoded = <P extends AnyPacket>(packet: P, change: (body: Body<P>) => Body<P>): string =>
    Buffer.from(encodeFrame(packet, sequence, change(decodeBody(packet, payload)))).toString('hex')
  switch (id) {
    case AnsLoginInfo.id:
      return encoded(AnsLoginInfo, (body) => ({ ...body, unknownText: noBytes }))
    case AnsUserObject.id: {
      const { userObject } = decodeBody(AnsUserObject, wanted.payload)
      const fields = userObject.items.map((item) => item.id)
      return encoded(AnsUserObject, (body) => ({
        ...body,
        unknownText: noBytes,
        userObject: body.userObject.pick(fields),
      }))
    }
    case AnsFmpListData.id:
      return encoded(AnsFmpListData, (body) => ({
        ...body,
        records: body.records.map(({ fmpData }) => ({ fmpData: fmpData.with({ playerCount: 0 }) })),
      }))
    default:
      return `${packetOf(id, 'server')?.name ?? id} ${sequence} ${Buffer.from(payload).toString('hex')}`
  }
}

/** One connection of the recording; its frames in the order in which they passed. */
async function replay(port: number, frames: readonly RecordedFrame[]): Promise<void> {
  const console = RawClient.plain(port)
  for (const frame of frames) {
    if (frame.dir === 'out') {
      const packet = packetOf(idOf(frame), 'client')
      if (!packet) throw new Error(`unknown packet ${frame.id}`)
      console.send(encodeFrame(packet, frame.seq ?? 0, decodeBody(packet, payloadOf(frame))))
    } else if (frame.dir === 'in') {
      const heard = await console.next()
      if (!heard) throw new Error(`the end came in the place of ${frame.id}`)
      const wanted = { id: idOf(frame), sequence: frame.seq ?? 0, payload: payloadOf(frame) }
      expect(comparable(heard, wanted)).toBe(comparable(wanted, wanted))
    } else expect(await console.next()).toBeUndefined()
  }
}

/** Cuts a client's frames into its connections: each begins with the server's hello. */
function connections(frames: readonly RecordedFrame[]): RecordedFrame[][] {
  const all: RecordedFrame[][] = []
  for (const frame of frames) {
    if (frame.id === '60200100') all.push([])
    all.at(-1)?.push(frame)
  }
  return all
}

test.each(names)('%s', async (name) => {
  const { clients } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recording
  const entry = Object.values(clients)
    .flat()
    .filter(({ conn }) => conn === 'opn' || conn === 'lmp')
  const node = await nodeAsRecorded(entry)
  try {
    for (const connection of connections(entry)) {
      await replay(connection[0]?.conn === 'opn' ? node.opn : node.lmp, connection)
    }
  } finally {
    await node.close()
  }
})

test('the recordings that this is about are there', () => {
  expect(names).toEqual(expect.arrayContaining(['login_only.json', 'login_europe.json', 'pipelined.json']))
})
