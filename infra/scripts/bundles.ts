/**
 * Bundles for machines that run Citygate without its source: one folder each, with everything in it but
 * Node.js itself. A bundle also needs far less memory than the source does, where each type is stripped by
 * a compiler in every process (docs/decisions/0105-bundles.md). What a program starts in threads and processes
 * (infra/src/worker-file.ts) lies beside it under its own name.
 */
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build as esbuild, type Metafile, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..', '..')

export interface Bundle {
  /** Of its folder, and of the program in it. */
  readonly name: string
  readonly entry: string
  /** Of Node.js, where the program is started by its launcher. */
  readonly options: readonly string[]
}

/**
 * An old PC's memory before its processor: a young generation of a megabyte, and a function is compiled
 * by the optimizing compilers, which take some 8 MiB themselves, when it is called fifty times as often as
 * usual before. Once it has started it gives back what only the start needed (infra/src/give-back.ts).
 */
const small = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--expose-gc',
  '--v8-pool-size=1',
  '--invocation-count-for-maglev=20000',
  '--invocation-count-for-maglev-osr=20000',
  '--invocation-count-for-turbofan=100000',
]

export const bundles: readonly Bundle[] = [
  { name: 'citygate', entry: 'infra/src/main.ts', options: [] },
  { name: 'citygate-node', entry: 'infra/src/node-main.ts', options: small },
]

export interface Built {
  /** `<folder>/<name>.mjs` */
  readonly program: string
  readonly files: number
  readonly bytes: number
  readonly meta: Metafile
}

/** `{ z }` is an object with every language that zod speaks in it; the module itself is only what is used of it. */
const wholeZod = /^import \{ z \} from 'zod'/m

/** Replaces `<folder>/<bundle.name>`: whoever starts it meanwhile finds the old one or the new one. */
export async function build({ name, entry, options }: Bundle, folder: string): Promise<Built> {
  const target = join(folder, name)
  const unfinished = `${target}.${process.pid}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: { [name]: entry, worker: 'infra/src/worker.ts' },
    outdir: unfinished,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Comments and blanks are half of it. Names stay, for they are what a stack trace is read by.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: [ourSource, builtins],
    metafile: true,
    logLevel: 'error',
  })
  await cp(join(root, 'nodes', 'content'), join(unfinished, 'content'), { recursive: true })
  await cp(join(root, 'LICENSE'), join(unfinished, 'LICENSE'))
  await writeFile(join(unfinished, name), launcher(name, options), { mode: 0o755 })
  await rm(target, { recursive: true, force: true })
  await rename(unfinished, target)
  const outputs = Object.values(metafile.outputs)
  return {
    program: join(target, `${name}.mjs`),
    files: outputs.length,
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    meta: metafile,
  }
}

const ourSource: Plugin = {
  name: 'citygate-source',
  setup(setup) {
    setup.onLoad(
      { filter: /[\\/](schema|nodes|central-api|infra|test)[\\/](src|scripts)[\\/].*\.ts$/ },
      ourOwn,
    )
  },
}

async function ourOwn({ path }: { readonly path: string }) {
  const text = await readFile(path, 'utf8')
  return { contents: text.replace(wholeZod, "import * as z from 'zod'"), loader: 'ts' as const }
}

/** It asks for threads when it is loaded, for ways of writing lines that nobody here uses; they take 1.5 MiB. */
const logger = /node_modules[\\/](pino|pino-pretty|pino-abstract-transport|thread-stream)[\\/]/

/** To describe an export of these is to load what it stands for: threads, parsers. It is found behind an empty object. */
const unread: ReadonlySet<string> = new Set(['util'])

/**
 * Node's own modules are fetched, not imported: an import reads every export of a module, and some of
 * `node:http` and `node:crypto` load a good deal of Node.js when they are read.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(setup) {
    const known: ReadonlySet<string> = new Set(builtinModules)
    setup.onResolve({ filter: /^(node:)?[a-z0-9_/]+$/ }, ({ path, importer }) => {
      const name = path.replace(/^node:/, '')
      if (name === 'worker_threads' && logger.test(importer)) return { path: name, namespace: 'no-threads' }
      return known.has(name) ? { path: name, namespace: 'builtin' } : undefined
    })
    setup.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = ${unread.has(path) ? 'Object.create' : ''}(process.getBuiltinModule('node:${path}'))`,
    }))
    setup.onLoad({ filter: /.*/, namespace: 'no-threads' }, () => ({
      contents: 'module.exports = { isMainThread: false }',
    }))
  },
}

/**
 * The program with the right options, where there is a shell. With one arena the C library gives back what a
 * start has taken; the default keeps some for each thread.
 */
function launcher(name: string, options: readonly string[]): string {
  return `#!/bin/sh
export MALLOC_ARENA_MAX="\${MALLOC_ARENA_MAX:-1}" MALLOC_TRIM_THRESHOLD_="\${MALLOC_TRIM_THRESHOLD_:-65536}"
exec node ${[...options, `"$(dirname "$(readlink -f "$0")")/${name}.mjs"`].join(' ')} "$@"
`
}

/** For those who want to know what is in it: npm packages, and folders of ours. */
export function contents({ inputs }: Metafile): readonly string[] {
  const names = Object.keys(inputs).map((file) => {
    const inside = file.split('node_modules/').at(-1) ?? file
    const [first = '', second = ''] = inside.split('/')
    if (inside === file) return `${first}/${second}`
    return first.startsWith('@') ? `${first}/${second}` : first
  })
  return [...new Set(names)].sort()
}
