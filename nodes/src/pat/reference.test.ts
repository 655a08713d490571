import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { packetReference } from './reference.ts'

test('docs/packets.md is fresh; `npm run docs` writes it', () => {
  const page = readFileSync(new URL('../../../docs/packets.md', import.meta.url), 'utf8')
  expect(page).toBe(packetReference())
})
