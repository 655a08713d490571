/**
 * Bundles for machines that run Citygate without its source: one folder each, with everything in it but
 * Node.js itself. A bundle also needs far less memory than the source does, where each type is stripped by
 * a compiler in every process (docs/decisions/0105-bundles.md).
 */
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build as esbuild, type Metafile, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..', '..')

export interface Bundle {
  /** Of its folder, and of the program in it. */
  readonly name: string
  readonly entry: string
}

export const bundles: readonly Bundle[] = [
  { name: 'citygate', entry: 'infra/src/main.ts' },
  { name: 'citygate-node', entry: 'infra/src/node-main.ts' },
]

export interface Built {
  /** `<folder>/<name>.mjs` */
  readonly program: string
  readonly files: number
  readonly bytes: number
  readonly meta: Metafile
}

/** What the source starts in a thread or a process of its own: `new URL('./worker.ts', import.meta.url)`. */
const started = /new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g
/** `{ z }` is an object with every language that zod speaks in it; the module itself is only what is used of it. */
const wholeZod = /^import \{ z \} from 'zod'/m

/** Replaces `<folder>/<bundle.name>`: whoever starts it meanwhile finds the old one or the new one. */
export async function build({ name, entry }: Bundle, folder: string): Promise<Built> {
  const target = join(folder, name)
  const unfinished = `${target}.${process.pid}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: { [name]: entry, ...(await startedBy(entry)) },
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
    banner: { js: requireForOldModules },
    plugins: [ourSource],
    metafile: true,
    logLevel: 'error',
  })
  await cp(join(root, 'nodes', 'content'), join(unfinished, 'content'), { recursive: true })
  await cp(join(root, 'LICENSE'), join(unfinished, 'LICENSE'))
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

/** Some dependencies are CommonJS, and ask for Node's own modules by `require`. */
const requireForOldModules =
  "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);"

const ourSource: Plugin = {
  name: 'citygate-source',
  setup(setup) {
    setup.onLoad({ filter: /[\\/](schema|nodes|central-api|infra|test)[\\/](src|scripts)[\\/].*\.ts$/ }, ourOwn)
  },
}

async function ourOwn({ path }: { readonly path: string }) {
  const text = await readFile(path, 'utf8')
  const contents = text
    .replace(wholeZod, "import * as z from 'zod'")
    .replace(started, "new URL('./$1.mjs', import.meta.url)")
  return { contents, loader: 'ts' as const }
}

/** Files that the program starts by their name lie beside it under that name. */
async function startedBy(entry: string): Promise<Record<string, string>> {
  const { metafile } = await esbuild({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    outdir: root,
    platform: 'node',
    format: 'esm',
    metafile: true,
    logLevel: 'error',
  })
  const entries: Record<string, string> = {}
  for (const input of Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules'))) {
    for (const [, file = ''] of (await readFile(join(root, input), 'utf8')).matchAll(started)) {
      entries[file] = join(input, '..', `${file}.ts`)
    }
  }
  return entries
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
