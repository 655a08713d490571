import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bytes } from './bytes.ts'
import {
  announcementText,
  markedUpText,
  messageLimit,
  messageText,
  noticeLimit,
  plainText,
} from './markup.ts'

const text = (bytes: Bytes): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

describe('messageText', () => {
  test('puts one line into the middle', () => {
    expect(text(messageText('The city is full.'))).toBe('<LF=8><BODY><CENTER>The city is full.<END>')
  })

  test('makes the first of several lines the title', () => {
    expect(text(messageText('Sorry\nTry again\r\nlater'))).toBe(
      '<LF=2><BODY><CENTER>Sorry<BR><BODY>Try again<BR><BODY>later<END>',
    )
  })

  test('breaks long lines at spaces, and words that are too long anywhere', () => {
    const long = `${'word '.repeat(11)}${'x'.repeat(60)}`
    expect(
      text(messageText(long))
        .split('<BR><BODY>')
        .map((line) => line.replace(/<[^>]*>/g, '')),
    ).toEqual(['word word word word word word word word word word word', 'x'.repeat(55), 'xxxxx'])
  })

  test('leaves out whole lines that do not fit', () => {
    const lines = Array.from({ length: 15 }, (_, i) => `${i}`.padEnd(50, '-'))
    const shown = messageText(lines.join('\n'))
    expect(shown.length).toBeLessThanOrEqual(messageLimit)
    expect(text(shown).endsWith(`${lines[7]}<END>`)).toBe(true)
  })

  test('lets no name open a tag', () => {
    expect(text(messageText('<SIZE=9>'))).toBe('<LF=8><BODY><CENTER>(SIZE=9)<END>')
  })
})

test('announcementText has a title and lines', () => {
  expect(text(announcementText({ title: 'Citygate', text: 'first\nsecond' }))).toBe(
    '<BR><CENTER><BODY><SIZE=6>Citygate<BR><BODY><BR><LEFT><SIZE=4>first<BR><BODY>second<END>',
  )
})

test('markedUpText keeps tags whole and closes the text once', () => {
  expect(text(markedUpText('<BODY><C=2>Hello<END>ignored'))).toBe('<BODY><C=2>Hello<END>')
  expect(text(markedUpText('<BODY>Hi<C=2>', 16))).toBe('<BODY>Hi<END>')
})

test('plainText keeps line ends and cuts at a whole character', () => {
  expect(text(plainText('a\nb', 10))).toBe('a\nb')
  expect(text(plainText('aéé', 4))).toBe('aé')
  expect(text(plainText('smile 😀\u0000', 20))).toBe('smile ?')
})

test('no text goes over its limit, breaks a character or loses its end', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 1500 })
  const limit = fc.constantFrom(60, messageLimit, noticeLimit)
  fc.assert(
    fc.property(anyText, anyText, limit, (first, second, most) => {
      const shown = [
        messageText(first, most),
        announcementText({ title: first, text: second }, most),
        markedUpText(first, most),
      ]
      for (const bytes of shown) {
        expect(bytes.length).toBeLessThanOrEqual(most)
        expect(text(bytes).endsWith('<END>')).toBe(true)
      }
      const plain = plainText(first, most)
      expect(plain.length).toBeLessThanOrEqual(most)
      expect(text(plain)).not.toContain('\u0000')
    }),
    { numRuns: 50 },
  )
})
