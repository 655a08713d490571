import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundleMigrations } from '../scripts/bundle.ts'

test('the bundled migrations are those of the folder: `npm run migrations` after a change', () => {
  const bundled = readFileSync(join(import.meta.dirname, 'migrations.ts'), 'utf8')
  expect(bundled).toBe(bundleMigrations(join(import.meta.dirname, '..', 'migrations')))
})
