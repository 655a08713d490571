import { describe, expect, test } from 'vitest'
import { type Bytes, decodeBody, latin1, NtcLayerChatRelayed } from '../pat/index.ts'
import { announcementFrames } from './announce.ts'
import { Lobby } from './testing/lobby.ts'

const decoded = (frame: Bytes) => decodeBody(NtcLayerChatRelayed, frame.subarray(8))
const lines = (text: string, language: 'en' | 'ja' = 'en') =>
  announcementFrames(text)({ language }).map(decoded)
const texts = (text: string) => lines(text).map(({ message }) => latin1(message))

describe('lines of an announcement', () => {
  test('break between words at 30 characters, and within a longer word', () => {
    expect(texts('The servers restart at ten. Please return to the city.')).toEqual([
      'The servers restart at ten.',
      'Please return to the city.',
    ])
    expect(texts(`a ${'b'.repeat(61)}`)).toEqual(['a', 'b'.repeat(30), 'b'.repeat(30), 'b'])
    expect(texts('')).toEqual([])
  })

  test('have a sender and a colour that a console shows everywhere', () => {
    const [line] = lines('hello')
    expect((line?.messageInfo.get('textColor') ?? 1) & 0xf).toBe(0)
    expect(latin1(line?.messageInfo.get('senderId') ?? new Uint8Array())).toBe('000000')
  })
})

test('a console reads it in its own encoding', () => {
  const message = (language: 'en' | 'ja') => lines('狩りへ ｱ😀', language).map((line) => line.message)
  const read = (encoding: string, [bytes]: readonly Bytes[]) =>
    new TextDecoder(encoding, { fatal: true }).decode(bytes)
  expect(read('shift_jis', message('ja'))).toBe('狩りへ ｱ?')
  expect(read('utf-8', message('en'))).toBe('狩りへ ｱ?')
})

test('everybody hears an announcement, or those of one game server', async () => {
  const lobby = new Lobby()
  const [anna, bert] = [await lobby.enter('Anna'), await lobby.enter('Bert', 2)]
  lobby.link.announce('to all', null)
  expect([anna, bert].map((one) => one.hears().map(({ name }) => name))).toEqual([
    ['NtcLayerChat'],
    ['NtcLayerChat'],
  ])
  lobby.link.announce('to the second', 2)
  expect([anna, bert].map((one) => one.hears().length)).toEqual([0, 1])
})
