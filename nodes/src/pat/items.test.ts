import { describe, expect, test } from 'vitest'
import { ascii, fromHex, hex } from './bytes.ts'
import { Items } from './items.ts'
import { decodeBody, encodeFrame } from './packet.ts'
import {
  AnsUserListData,
  NtcLayerIn,
  ReqFriendAccept,
  ReqUserSearchHead,
  ReqUserSearchSet,
} from './packets/index.ts'
import { FriendData, LayerUserInfo } from './structs/index.ts'

const hunter = FriendData.of({ index: 1, capcomId: ascii('AB12CD'), hunterName: ascii('Hunter') })

describe('a structure', () => {
  test('gives the value of a field, the last of two, and nothing for another type', () => {
    expect(hunter.get('index')).toBe(1)
    expect(FriendData.of({}).get('index')).toBeUndefined()
    const twice = [
      { id: 1, tag: 3, value: 1 },
      { id: 1, tag: 3, value: 2 },
    ]
    expect(new Items(FriendData, twice).get('index')).toBe(2)
    expect(new Items(FriendData, [...twice, { id: 1, tag: 1, value: 3 }]).get('index')).toBeUndefined()
  })

  test('replaces a field where it stands and appends others, and leaves the old one alone', () => {
    const name = FriendData.of({ hunterName: ascii('A'), index: 7 })
    const changed = name.with({ index: 8, capcomId: ascii('AB12CD'), hunterName: ascii('B') })
    expect(changed.items.map(({ id }) => id)).toEqual([3, 1, 2])
    expect(changed.get('index')).toBe(8)
    expect(name.get('index')).toBe(7)
  })

  test('leaves out what is undefined, and keeps only what is wanted', () => {
    expect(FriendData.of({ index: 1, capcomId: undefined } as { index: number }).items).toHaveLength(1)
    expect(hunter.pick([3, 1, 0x99]).items.map(({ id }) => id)).toEqual([1, 3])
  })

  test('takes neither a name over its limit nor a field that is not declared', () => {
    expect(() => FriendData.of({ hunterName: new Uint8Array(32) })).toThrow(
      'FriendData.hunterName over 31 bytes',
    )
    expect(() => FriendData.of({ rank: 1 } as object)).toThrow('FriendData has no field rank')
  })
})

test('unknown fields, unknown types of known fields and bytes beyond the end are kept', () => {
  const payload = fromHex('0006414231324344040101070506' + '0002aabb0101089904000000000000000101020304')
  const body = decodeBody(NtcLayerIn, payload)
  expect(hex(encodeFrame(NtcLayerIn, 0, body).subarray(8))).toBe(hex(payload))
})

test('trailing bytes are kept', () => {
  const body = decodeBody(ReqFriendAccept, fromHex('000641423132434401ffee'))
  expect(body).toMatchObject({ accepted: 1, trailing: fromHex('ffee') })
  expect(hex(encodeFrame(ReqFriendAccept, 0, body).subarray(8))).toBe('000641423132434401ffee')
})

test('an error names packet and field, never the bytes', () => {
  expect(() => decodeBody(NtcLayerIn, fromHex('0007414231'))).toThrow(
    'NtcLayerIn.capcomId: 7 bytes wanted, 3 left',
  )
  expect(() => decodeBody(NtcLayerIn, fromHex('0000ff'))).toThrow(
    'NtcLayerIn.layerUserInfo: 255 items announced, 0 bytes left',
  )
  expect(() => decodeBody(NtcLayerIn, fromHex('000001010700'))).toThrow('item 1 has the unknown type 7')
  expect(LayerUserInfo.of({}).items).toEqual([])
})

test('a count that lies is told before anything is taken, and a flag is 0 or 1', () => {
  expect(() => decodeBody(AnsUserListData, fromHex('00000000ffffffff00'))).toThrow(
    'AnsUserListData.records: 4294967295 records announced, 1 bytes left',
  )
  expect(() => decodeBody(ReqUserSearchHead, fromHex('0000000000000000ffffffff'))).toThrow(
    'ReqUserSearchHead.search: 4294967295 conditions announced, 0 bytes left',
  )
  expect(() => decodeBody(ReqUserSearchSet, fromHex('010102'))).toThrow('flag 2 is neither 0 nor 1')
})
