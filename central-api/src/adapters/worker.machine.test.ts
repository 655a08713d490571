/** Every suite that runs on the other runtimes, and the contention, on workerd against a real Postgres. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe } from 'vitest'

process.env.CITYGATE_TEST_RUNTIMES = 'worker'

const source = join(import.meta.dirname, '..')
const suites = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.machine.test.ts'))
  .map((name) => join(source, name))
  .filter((file) => /\b(runtimes\b|contention)/.test(`${file} ${readFileSync(file, 'utf8')}`))

for (const suite of suites) describe(relative(source, suite), () => import(suite))
