/** The test vectors of login.md 9: these bodies are those frames, both ways. */
import { expect, test } from 'vitest'
import { ascii, fromHex, hex } from './bytes.ts'
import { FrameSplitter } from './frame.ts'
import { type AnyPacket, type Body, decodeBody, encodeFrame } from './packet.ts'
import * as pat from './packets/index.ts'
import { ChargeInfo, FmpData, UserObject } from './structs/index.ts'

function vector<P extends AnyPacket>(
  title: string,
  spec: P,
  sequence: number,
  body: Body<P>,
  wanted: string,
): void {
  test(title, () => {
    const text = wanted.replace(/\s/g, '')
    expect(hex(encodeFrame(spec, sequence, body))).toBe(text)
    const frame = new FrameSplitter().push(fromHex(text)).take()
    expect(frame).toMatchObject({ id: spec.id, sequence })
    expect(frame && decodeBody(spec, frame.payload)).toEqual(body)
  })
}

const hunter = UserObject.of({ slotIndex: 1, capcomId: ascii('AB12CD'), hunterName: ascii('Hunter') })
const none = new Uint8Array(0)

vector('NtcLogin 1', pat.NtcLogin, 1, { status: 1 }, '00 01 00 01 60 21 10 00 01')

vector(
  'AnsLoginInfo with a support code',
  pat.AnsLoginInfo,
  1,
  {
    needTicket: 1,
    unknownText: none,
    chargeInfo: ChargeInfo.of({ onlineSupportCode: ascii('0123456789A') }),
  },
  '00 13 00 01 61 01 02 00 01 00 00 01 07 05 00 0b 30 31 32 33 34 35 36 37 38 39 41',
)

vector(
  'AnsTicket',
  pat.AnsTicket,
  2,
  { ticket: ascii('TICKET00001') },
  '00 0d 00 02 60 30 02 00 00 0b 54 49 43 4b 45 54 30 30 30 30 31',
)

vector(
  'AnsUserListHead of six rows',
  pat.AnsUserListHead,
  3,
  { ignored: 1, count: 6 },
  '00 08 00 03 61 10 02 00 00 00 00 01 00 00 00 06',
)

vector(
  'AnsUserListData of two rows',
  pat.AnsUserListData,
  4,
  {
    ignored: 1,
    records: [
      { userObject: hunter },
      { userObject: UserObject.of({ slotIndex: 2, capcomId: ascii('******') }) },
    ],
  },
  `00 34 00 04 61 11 02 00 00 00 00 01 00 00 00 02 03 01 03 00 00 00 01 02 05 00 06 41 42 31 32 43 44
   03 05 00 06 48 75 6e 74 65 72 02 01 03 00 00 00 02 02 05 00 06 2a 2a 2a 2a 2a 2a`,
)

vector(
  'AnsUserObject of slot 1',
  pat.AnsUserObject,
  6,
  { needTicket: 1, unknownText: none, unused: 0, userObject: hunter },
  `00 22 00 06 61 20 02 00 01 00 00 00 00 00 00 03 01 03 00 00 00 01 02 05 00 06 41 42 31 32 43 44
   03 05 00 06 48 75 6e 74 65 72`,
)

vector(
  'AnsServerTime',
  pat.AnsServerTime,
  8,
  { serverTime: 0x6b000000, currentTime: 0x6b000000 },
  '00 08 00 08 60 02 02 00 6b 00 00 00 6b 00 00 00',
)

vector(
  'AnsFmpListData of one open server',
  pat.AnsFmpListData,
  9,
  {
    ignored: 0,
    records: [
      {
        fmpData: FmpData.of({
          index: 1,
          serverType: 1n,
          playerCount: 3,
          playerCapacity: 2000,
          serverName: ascii('Valor1'),
          unknown0x0b: ascii('X'),
          unknown0x0c: 0x12345678,
        }),
      },
    ],
  },
  `00 3a 00 09 61 32 02 00 00 00 00 00 00 00 00 01 07 01 03 00 00 00 01 07 04 00 00 00 00 00 00 00 01
   08 03 00 00 00 03 09 03 00 00 07 d0 0a 05 00 06 56 61 6c 6f 72 31 0b 05 00 01 58 0c 03 12 34 56 78`,
)

vector(
  'AnsFmpInfo',
  pat.AnsFmpInfo,
  11,
  { fmpData: FmpData.of({ serverAddress: ascii('10.0.0.5'), serverPort: 8202 }) },
  '00 11 00 0b 61 34 02 00 02 02 05 00 08 31 30 2e 30 2e 30 2e 35 03 02 20 0a',
)

vector(
  'AnsBinaryVersion of a slot without a quest',
  pat.AnsBinaryVersion,
  7,
  { binaryType: 6, version: 0xffffffff },
  '00 05 00 07 63 01 02 00 06 ff ff ff ff',
)

vector(
  'AnsBinaryHead',
  pat.AnsBinaryHead,
  5,
  { version: 1, size: 12 },
  '00 08 00 05 63 02 02 00 00 00 00 01 00 00 00 0c',
)

vector(
  'AnsBinaryData',
  pat.AnsBinaryData,
  6,
  { version: 1, offset: 0, size: 12, data: new Uint8Array(12) },
  `00 1a 00 06 63 03 02 00 00 00 00 01 00 00 00 00 00 00 00 0c 00 0c
   00 00 00 00 00 00 00 00 00 00 00 00`,
)

vector('AnsShut 2', pat.AnsShut, 9, { shutType: 2 }, '00 01 00 09 60 10 02 00 02')
