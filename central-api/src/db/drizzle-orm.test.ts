/** What patches/drizzle.mjs makes of drizzle-orm (docs/decisions/0008-a-lighter-package.md). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** The nearest package.json says what a module is, and Node.js reads it for each. */
test('no module of drizzle-orm is loaded by way of a long package.json', () => {
  const { resolve } = createRequire(import.meta.url)
  const root = dirname(resolve('drizzle-orm'))
  for (const part of ['.', 'pg-core', 'postgres-js', 'sql', 'query-builders', 'cache']) {
    const text = readFileSync(join(root, part, 'package.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ type: 'module', sideEffects: false })
    expect(text.length).toBeLessThan(30_000)
  }
})
