import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldName, nameBytes, nameText } from './name-text.ts'

const western = '1001301045'
const japanese = '0906222136'

test.each([
  ['ASCII', [0x48, 0x75, 0x6e], western, 'Hun'],
  ['UTF-8', [0xc3, 0xa9], western, 'é'],
  ['UTF-8 from a Japanese build', [0xe3, 0x83, 0x8f], japanese, 'ハ'],
  ['Shift_JIS', [0x83, 0x6e, 0x83, 0x93, 0xb6], japanese, 'ハン\uff76'],
  ['windows-1252', [0xe9, 0x80], western, 'é€'],
  ['a NUL inside', [0x41, 0x00, 0x42], western, 'A\ufffdB'],
])('%s', (_, bytes, media, text) => {
  expect(nameText(Uint8Array.from(bytes), media)).toBe(text)
})

test('folding unifies width and case', () => {
  expect(foldName('\uff28\uff35\uff2e\uff34\uff25\uff32\uff8a')).toBe('hunterハ')
})

test('any bytes give a text that Postgres can store, and folding is stable', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 31 }), fc.constantFrom(western, japanese), (bytes, media) => {
      const text = nameText(bytes, media)
      expect(text).not.toContain('\0')
      expect(text.isWellFormed()).toBe(true)
      expect(foldName(foldName(text))).toBe(foldName(text))
    }),
  )
})

describe('names that an operator writes', () => {
  test.each([
    ['Hunter', '1001301045', 'Hunter'],
    ['Jäger', '1001301045', 'Jäger'],
    ['アイルー', '0903131810', 'アイルー'],
  ])('%s is read as itself on a console of %s', (name, media, read) => {
    const bytes = nameBytes(name, media)
    expect(bytes && nameText(bytes, media)).toBe(read)
  })

  test('a Japanese console gets two bytes a character, and none that it cannot show', () => {
    expect(nameBytes('アイルー', '0903131810')).toHaveLength(8)
    expect(nameBytes('😀', '0903131810')).toBeNull()
    expect(nameBytes('', '1001301045')).toBeNull()
    expect(nameBytes('a'.repeat(32), '1001301045')).toBeNull()
  })
})
