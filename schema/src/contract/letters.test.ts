import { expect, test } from 'vitest'
import { knownLetter, syncNode } from './sync.ts'

const { mail } = syncNode.output.shape

test('a letter of a kind that this release does not know does not cost the others', () => {
  const letters = [
    { number: 1, kind: 'session-taken', capcomId: 'AAAAAA', fence: 3 },
    { number: 2, kind: 'of-tomorrow', anything: { at: ['all'] } },
    { number: 3, kind: 'kick', capcomId: 'AAAAAA', fence: 4, text: 'x', more: true },
  ]
  const read = mail.parse(letters).map(knownLetter)
  expect(read.map((letter) => letter?.kind ?? null)).toEqual(['session-taken', null, 'kick'])
})

test('what is no letter at all is refused', () => {
  expect(mail.safeParse([{ kind: 'kick' }]).success).toBe(false)
})
