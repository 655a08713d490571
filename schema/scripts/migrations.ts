/**
 * `npm run migrations`: asks drizzle-kit what has changed in the tables, and writes the migrations into
 * src/migrations.ts, as data. Arguments go to `drizzle-kit generate` (`--name`, `--custom`).
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleMigrations } from './bundle.ts'

const room = join(import.meta.dirname, '..')
const kit = join(room, '..', 'node_modules', 'drizzle-kit', 'bin.cjs')
const { status } = spawnSync(
  process.execPath,
  [kit, 'generate', '--config', 'schema/drizzle.config.ts', ...process.argv.slice(2)],
  { cwd: join(room, '..'), stdio: 'inherit' },
)
if (status === 0)
  writeFileSync(join(room, 'src', 'migrations.ts'), bundleMigrations(join(room, 'migrations')))
process.exitCode = status ?? 1
