/**
 * `npm run bench [part of a file's name]`: runs every `*.bench.ts` in a process of its own, one after the
 * other, and prints one JSON line for each: what the benchmark printed (`bench`, `results`, `caveats`), with
 * the commit and the machine.
 *
 * A benchmark prints exactly one JSON object. It gets `gc()`, and a young generation so large that what it
 * allocates between two collections of its own can be counted.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const workspaces = ['schema', 'central-api', 'nodes', 'infra', 'test']
const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']
const [wanted = ''] = process.argv.slice(2)

function git(...args: string[]): string {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
}

const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' and changes'
const about = {
  commit: `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed}`,
  machine: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${process.platform}, Node.js ${process.versions.node}`,
}

const files = workspaces
  .flatMap((workspace) =>
    readdirSync(join(root, workspace), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(workspace, file),
    ),
  )
  .filter((file) => file.endsWith('.bench.ts') && !file.includes('node_modules'))
  .filter((file) => basename(file).includes(wanted))
  .sort()

let failed = false
for (const file of files) {
  const { status, stdout } = spawnSync(process.execPath, [...flags, file], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status === 0) console.log(JSON.stringify({ ...JSON.parse(stdout), ...about }))
  else console.error(`${file} failed`)
  failed ||= status !== 0
}
if (files.length === 0) console.error(`no benchmark is called ${wanted}`)
process.exit(failed || files.length === 0 ? 1 : 0)
