import { expect, test } from 'vitest'
import { drawCode, drawToken, sha256, sha256AtOnce } from './hash.ts'

test('sha256 is the known digest, in lower-case hex', async () => {
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('without waiting it is the same, for texts of any length', async () => {
  for (let length = 0; length < 200; length++) {
    const text = 'レx'.repeat(length).slice(0, length)
    expect(sha256AtOnce(text)).toBe(await sha256(text))
  }
})

test('tokens carry their kind, hold 32 bytes, and differ', () => {
  const tokens = Array.from({ length: 100 }, () => drawToken('cge_'))
  for (const token of tokens) expect(token).toMatch(/^cge_[A-Za-z0-9_-]{43}$/)
  expect(new Set(tokens).size).toBe(100)
})

test('codes use the whole alphabet and nothing else', () => {
  const codes = Array.from({ length: 500 }, () => drawCode(11))
  for (const code of codes) expect(code).toMatch(/^[0-9A-Z]{11}$/)
  expect(new Set(codes.join('')).size).toBe(36)
})
