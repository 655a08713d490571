import { expect, test } from 'vitest'
import { fromHex } from './bytes.ts'
import { NtcLayerChat, NtcLayerChatRelayed, ReqLineCheck } from './packets/index.ts'
import { refusalOf, refusedAnswer } from './refusal.ts'
import { decodeFrame, packetName, packetOf, packets } from './registry.ts'

test('every id is declared once for each side', () => {
  const keys = packets.map(({ id, from }) => `${id} ${from}`)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys).toHaveLength(309)
})

test('a packet that goes both ways has a declaration for each', () => {
  expect(packetOf(0x64721000, 'client')).toBe(NtcLayerChat)
  expect(packetOf(0x64721000, 'server')).toBe(NtcLayerChatRelayed)
  expect(packetOf(ReqLineCheck.id, 'client')).toBeUndefined()
})

test('refusals are known by the answer that they stand for', () => {
  expect(packetName(0x65030201, 'server')).toBe('AnsCircleJoinAlert')
  expect(packetName(0x650302ff, 'server')).toBe('AnsCircleJoinNg')
  expect(packetOf(0x65030201, 'client')).toBeUndefined()
  expect(refusedAnswer(0x65030200)).toBeUndefined()
  expect(refusedAnswer(0x65031001)).toBeUndefined()
  const answer = packetOf(0x65030200, 'server')
  expect(answer && refusalOf(answer, 'ng').id).toBe(0x650302ff)
})

test('an id that nobody knows has a number for a name, and is not decoded', () => {
  expect(packetName(0x60990100, 'client')).toBe('0x60990100')
  expect(decodeFrame({ id: 0x60990100, sequence: 1, payload: fromHex('00') }, 'client')).toBeUndefined()
})
