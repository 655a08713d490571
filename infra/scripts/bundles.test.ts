import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Built, build, bundles, contents } from './bundles.ts'

const run = promisify(execFile)
let folder: string
const built = new Map<string, Built>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate bundles '))
  for (const bundle of bundles) built.set(bundle.name, await build(bundle, folder))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function bundle(name: string): Built {
  const found = built.get(name)
  if (!found) throw new Error(`there is no bundle ${name}`)
  return found
}

/** What a start of the node's program reads: the program and all that it imports, not what it imports later. */
function firstParts({ meta }: Built): readonly string[] {
  const inputs = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    const output = meta.outputs[file]
    if (!output || seen.has(file)) return
    seen.add(file)
    for (const input of Object.keys(output.inputs)) inputs.add(input)
    for (const { path, kind } of output.imports) if (kind === 'import-statement') visit(path)
  }
  for (const [file, { entryPoint }] of Object.entries(meta.outputs)) {
    if (entryPoint?.endsWith('node-main.ts')) visit(file)
  }
  return [...inputs]
}

describe("a node's bundle", () => {
  test('has nothing of the database and nothing of central', () => {
    const inside = contents(bundle('citygate-node').meta)
    expect(inside).toContain('nodes/src')
    for (const heavy of ['drizzle-orm', 'postgres', 'hono', 'prom-client', 'central-api/src', 'test/src']) {
      expect(inside).not.toContain(heavy)
    }
  })

  test('makes certificates with a part of its own, and speaks no language of zod but English', () => {
    const first = firstParts(bundle('citygate-node'))
    expect(first.length).toBeGreaterThan(100)
    expect(first.filter((file) => file.includes('node-forge'))).toEqual([])
    expect(first.filter((file) => file.includes('/locales/')).length).toBeLessThan(3)
  })
})

describe.each(bundles.map(({ name }) => name))('the bundle %s', (name) => {
  test('runs away from the source, by its launcher too, with the texts that come with citygate', async () => {
    const { program } = bundle(name)
    const node = dirname(process.execPath)
    const { stdout } = await run(process.execPath, [program, '--help'], { cwd: tmpdir() })
    expect(stdout).toContain('Usage: citygate')
    const env = { ...process.env, PATH: `${node}:${process.env.PATH}` }
    const launched = await run(join(dirname(program), name), ['node', '--help'], { cwd: tmpdir(), env })
    expect(launched.stdout).toContain('--enrol')
    expect(await readdir(join(dirname(program), 'content'))).toContain('announcement.txt')
  })

  test('names no folder of the machine that made it', async () => {
    const { meta } = bundle(name)
    const folders = Object.keys(meta.inputs).filter((file) => file.startsWith('/') || file.startsWith('..'))
    expect(folders).toEqual([])
  })
})
