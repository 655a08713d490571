/** The verified examples of wire.md (5 to 9, 12), by section: these values are those bytes, both ways. */
import { expect, test } from 'vitest'
import { ascii, type Bytes, fromHex, hex } from './bytes.ts'
import { type Codec, fieldList, lp2, u32 } from './codec.ts'
import { Items, items, struct } from './items.ts'
import { detailedOptionalFields, optionalFields } from './optional-fields.ts'
import { type AnyPacket, decodeBody, encodeFrame } from './packet.ts'
import * as pat from './packets/index.ts'
import { Reader } from './reader.ts'
import { refusalOf } from './refusal.ts'
import * as structs from './structs/index.ts'
import { Writer } from './writer.ts'

function bytesOf<T>(codec: Codec<T>, value: T): string {
  const writer = new Writer()
  codec.write(writer, value)
  return hex(writer.copy())
}

function example<T>(title: string, codec: Codec<T>, value: T, wanted: string): void {
  test(title, () => {
    const text = wanted.replace(/\s/g, '')
    expect(bytesOf(codec, value)).toBe(text)
    const reader = new Reader(fromHex(text))
    expect(codec.read(reader)).toEqual(value)
    expect(reader.remaining).toBe(0)
  })
}

function frameExample<P extends AnyPacket>(
  title: string,
  spec: P,
  sequence: number,
  body: Parameters<typeof encodeFrame<P>>[2],
  wanted: string,
): void {
  test(title, () => {
    const text = wanted.replace(/\s/g, '')
    expect(hex(encodeFrame(spec, sequence, body))).toBe(text)
    expect(decodeBody(spec, fromHex(text).subarray(8))).toEqual(body)
  })
}

const path = (text: string): Bytes => fromHex(text.replace(/\s/g, ''))
const cityPath = path('00 00 00 03 00 00 00 01 00 01 00 01 00 01')

// 1: framing
frameExample('1: ReqLineCheck', pat.ReqLineCheck, 0, {}, '00 00 00 00 60 01 01 00')
frameExample('1: ReqConnection', pat.ReqConnection, 0, { unused: 0 }, '00 04 00 00 60 20 01 00 00 00 00 00')
frameExample('1: NtcLogin', pat.NtcLogin, 1, { status: 5 }, '00 01 00 01 60 21 10 00 05')
frameExample(
  '1: AnsLmpConnect',
  pat.AnsLmpConnect,
  4,
  { address: ascii('10.0.0.5'), port: 8201 },
  '00 0c 00 04 62 01 02 00 00 08 31 30 2e 30 2e 30 2e 35 20 09',
)
frameExample(
  '1: AnsTerms',
  pat.AnsTerms,
  5,
  { offset: 0, size: 100, text: ascii('MH3 Terms') },
  '00 13 00 05 62 11 02 00 00 00 00 00 00 00 00 64 00 09 4d 48 33 20 54 65 72 6d 73',
)

// 2: refusals and the forced disconnect
const hi = { show: 1, text: ascii('Hi') }
frameExample(
  '2.1: Alert',
  refusalOf(pat.AnsCircleJoin),
  0x0102,
  hi,
  '00 08 01 02 65 03 02 01 00 00 00 01 00 02 48 69',
)
frameExample(
  '2.1: Ng',
  refusalOf(pat.AnsCircleJoin, 'ng'),
  0x0102,
  hi,
  '00 08 01 02 65 03 02 ff 00 00 00 01 00 02 48 69',
)
frameExample(
  '2.2: NtcShut with a text',
  pat.NtcShut,
  0,
  { hasMessage: 1, message: ascii('Bye') },
  '00 06 00 00 60 10 10 00 01 00 03 42 79 65',
)
frameExample(
  '2.2: NtcShut without a text',
  pat.NtcShut,
  0,
  { hasMessage: 0, message: new Uint8Array(0) },
  '00 03 00 00 60 10 10 00 00 00 00',
)

// 5: primitives
example('5: u32', u32, 500, '00 00 01 f4')
example('5: lp2', lp2, ascii('Hello'), '00 05 48 65 6c 6c 6f')
example('5: empty lp2', lp2, new Uint8Array(0), '00 00')
example('5: a NUL in the data counts', lp2, ascii('a\0'), '00 02 61 00')
example('5: fieldList', fieldList, [2, 3], '02 02 03')
example('5: empty fieldList', fieldList, [], '00')

// 6: tagged items, each in a structure of one field with number 1
const Any = struct('Any', {
  byte: { id: 1, type: 'byte' },
  word: { id: 1, type: 'word' },
  long: { id: 1, type: 'long' },
  longlong: { id: 1, type: 'longlong' },
  string: { id: 1, type: 'string' },
  binary: { id: 1, type: 'binary' },
})
example('6: byte', items(Any), Any.of({ byte: 0x2a }), '01 01 01 2a')
example('6: word', items(Any), Any.of({ word: 8202 }), '01 01 02 20 0a')
example('6: long', items(Any), Any.of({ long: 0x12345678 }), '01 01 03 12 34 56 78')
example('6: longlong', items(Any), Any.of({ longlong: 3n }), '01 01 04 00 00 00 00 00 00 00 03')
example('6: string', items(Any), Any.of({ string: ascii('Loc Lac') }), '01 01 05 00 07 4c 6f 63 20 4c 61 63')
example('6: empty string', items(Any), Any.of({ string: new Uint8Array(0) }), '01 01 05 00 00')
example('6: binary', items(Any), Any.of({ binary: fromHex('010203ff') }), '01 01 06 00 04 01 02 03 ff')
test('6: a value that does not fit is refused by the encoder', () => {
  for (const value of [{ byte: 256 }, { word: 0x10000 }, { long: -1 }, { byte: 0.5 }])
    expect(() => bytesOf(items(Any), Any.of(value))).toThrow(RangeError)
  expect(() => bytesOf(items(Any), Any.of({ string: new Uint8Array(0x10000) }))).toThrow(RangeError)
})

// 7: structures
const friend = structs.FriendData.of({ index: 1, capcomId: ascii('AB12CD'), hunterName: ascii('Hunter') })
example(
  '7: FriendData',
  items(structs.FriendData),
  friend,
  '03 01 03 00 00 00 01 02 05 00 06 41 42 31 32 43 44 03 05 00 06 48 75 6e 74 65 72',
)
example('7: an empty structure', items(structs.FriendData), structs.FriendData.of({}), '00')
example(
  '7: fields in the order in which they were named',
  items(structs.FriendData),
  structs.FriendData.of({ hunterName: ascii('B'), index: 1 }),
  '02 03 05 00 01 42 01 03 00 00 00 01',
)
const fmp = structs.FmpData.of({ serverAddress: ascii('10.0.0.5'), serverPort: 8202, serverName: ascii('X') })
example(
  '7.1: unfiltered',
  items(structs.FmpData),
  fmp,
  '03 02 05 00 08 31 30 2e 30 2e 30 2e 35 03 02 20 0a 0a 05 00 01 58',
)
example(
  '7.1: only the wanted fields',
  items(structs.FmpData),
  fmp.pick([2, 3]),
  '02 02 05 00 08 31 30 2e 30 2e 30 2e 35 03 02 20 0a',
)
example(
  '7.3: the dummy behind field 0x17',
  items(structs.LayerData),
  new Items(structs.LayerData, [
    { id: 5, tag: 2, value: 1 },
    { id: 0x17, tag: 6, value: ascii('test') },
    { id: 0xff, tag: 0xff, value: 0xff },
  ]),
  '03 05 02 00 01 17 06 00 04 74 65 73 74 ff ff ff',
)

// 8: other lists
example(
  '8.1: optional fields with and without a value',
  optionalFields,
  [
    { id: 1, value: 4 },
    { id: 2, value: undefined },
    { id: 4, value: 0xffffffff },
  ],
  '03 01 01 00 00 00 04 02 00 04 01 ff ff ff ff',
)
example('8.1: no optional fields', optionalFields, [], '00')
example(
  '8.1: weapon type 10, in the city, rank 44',
  optionalFields,
  [
    { id: 1, value: 10 << 24 },
    { id: 2, value: 44 << 16 },
  ],
  '02 01 01 0a 00 00 00 02 01 00 2c 00 00',
)
example(
  '8.1: a quest with four places',
  optionalFields,
  [
    { id: 1, value: 4 },
    { id: 2, value: 0x3e9 },
  ],
  '02 01 01 00 00 00 04 02 01 00 00 03 e9',
)
example(
  '8.2: conditions',
  detailedOptionalFields,
  {
    circleFlag: 0,
    list: [
      { id: 2, operator: 5, value: 1 },
      { id: 3, operator: 5, value: undefined },
    ],
  },
  '00 00 00 00 00 00 00 02 02 01 05 00 00 00 01 03 00 05',
)
example('8.4: a path as lp2', lp2, cityPath, '00 0e 00 00 00 03 00 00 00 01 00 01 00 01 00 01')

// 9: chat
example(
  '9: MessageInfo in white',
  items(structs.MessageInfo),
  structs.MessageInfo.of({ textColor: 0xffffffff, senderId: ascii('AB12CD'), senderName: ascii('Hunter') }),
  '03 01 03 ff ff ff ff 03 05 00 06 41 42 31 32 43 44 04 05 00 06 48 75 6e 74 65 72',
)

// 12: whole payloads
function payloadExample<P extends AnyPacket>(
  title: string,
  spec: P,
  body: Parameters<typeof encodeFrame<P>>[2],
  wanted: string,
): void {
  test(title, () => {
    const text = wanted.replace(/\s/g, '')
    expect(hex(encodeFrame(spec, 0, body).subarray(8))).toBe(text)
    expect(decodeBody(spec, fromHex(text))).toEqual(body)
  })
}

payloadExample(
  '12: NtcLayerUserNum',
  pat.NtcLayerUserNum,
  {
    updateType: 4,
    layerUserNum: structs.LayerUserNum.of({
      path: cityPath,
      population: 1,
      index: 1,
      unknown0x04: 0xaf00fa00,
      maxPopulation: 4,
      unknown0x06: 0xbf00fb00,
      childPopulation: 0,
    }),
  },
  `04 07 01 06 00 0e 00 00 00 03 00 00 00 01 00 01 00 01 00 01
   02 03 00 00 00 01 03 03 00 00 00 01 04 03 af 00 fa 00
   05 03 00 00 00 04 06 03 bf 00 fb 00 07 03 00 00 00 00`,
)

payloadExample(
  '12: NtcLayerInfoSet',
  pat.NtcLayerInfoSet,
  {
    path: cityPath,
    layerData: structs.LayerData.of({
      unknown0x01: 1,
      index: 1,
      positionInterval: 500,
      asksUserList: 1,
      name: ascii('City1'),
      size: 1,
      size2: 1,
      capacity: 4,
      childPopulation: 0,
      matchKey: 12,
      state: 3,
      layerDepth: 3,
      layerPathname: ascii('Valor1\tCity Gate1\tCity1'),
      layerHost: cityPath,
    }),
    optionalFields: [
      { id: 1, value: undefined },
      { id: 2, value: 0xffffffff },
      { id: 3, value: 12 },
      { id: 4, value: 0 },
    ],
  },
  `00 0e 00 00 00 03 00 00 00 01 00 01 00 01 00 01
   0e 01 03 00 00 00 01 05 02 00 01 11 03 00 00 01 f4 12 01 01
   03 05 00 05 43 69 74 79 31 06 03 00 00 00 01 07 03 00 00 00 01
   09 03 00 00 00 04 0b 03 00 00 00 00 0c 03 00 00 00 0c 10 01 03 15 01 03
   16 05 00 17 56 61 6c 6f 72 31 09 43 69 74 79 20 47 61 74 65 31 09 43 69 74 79 31
   02 06 00 0e 00 00 00 03 00 00 00 01 00 01 00 01 00 01
   04 01 00 02 01 ff ff ff ff 03 01 00 00 00 0c 04 01 00 00 00 00`,
)

payloadExample(
  '12: AnsLayerStart',
  pat.AnsLayerStart,
  {
    layerData: structs.LayerData.of({
      index: 1,
      name: ascii('LayerStart'),
      size: 0,
      capacity: 4,
      state: 1,
      positionInterval: 500,
      asksUserList: 1,
    }),
  },
  `07 05 02 00 01 03 05 00 0a 4c 61 79 65 72 53 74 61 72 74 06 03 00 00 00 00
   09 03 00 00 00 04 10 01 01 11 03 00 00 01 f4 12 01 01`,
)

payloadExample(
  '12: an empty quest slot',
  pat.AnsCircleInfo,
  {
    circleIndex: 2,
    circleInfo: structs.CircleInfo.of({ index: 2 }),
    optionalFields: [
      { id: 1, value: 4 },
      { id: 2, value: 0 },
    ],
  },
  '00 00 00 02 01 01 03 00 00 00 02 02 01 01 00 00 00 04 02 01 00 00 00 00',
)

payloadExample(
  '12: an empty hunter slot',
  pat.AnsUserListData,
  {
    ignored: 1,
    records: [{ userObject: structs.UserObject.of({ slotIndex: 1, capcomId: ascii('******') }) }],
  },
  '00 00 00 01 00 00 00 01 02 01 03 00 00 00 01 02 05 00 06 2a 2a 2a 2a 2a 2a',
)

payloadExample(
  '12: NtcCircleMatchStart',
  pat.NtcCircleMatchStart,
  {
    match: {
      members: [{ playerIndex: 1, capcomId: ascii('AB12CD'), unknown3: fromHex('01'), unknown4: 21 }],
    },
    unknownLast: 1,
  },
  '00 12 00 00 00 01 01 00 06 41 42 31 32 43 44 00 01 01 00 15 00 00 00 01',
)
