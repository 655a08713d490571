/**
 * Makes drizzle-orm quick to load after `npm ci`, as a postinstall script. Plain JavaScript for Node.js 20.
 *
 * For every module Node.js reads the `exports` of the nearest package.json anew, and drizzle-orm's are 137 kB, for all
 * the databases of the world and each file of theirs: of a start of central from the source that was a fourth. Here those
 * of single files are left out, and each folder says for itself what it is
 * (docs/decisions/0008-a-lighter-package.md).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', 'node_modules', 'drizzle-orm')
const file = join(folder, 'package.json')
const manifest = JSON.parse(readFileSync(file, 'utf8'))

/** A whole part of the library, or a way to bring a database up to date. */
const kept = (path) => path.split('/').length <= 2 || path.endsWith('/migrator')
manifest.exports = Object.fromEntries(Object.entries(manifest.exports).filter(([path]) => kept(path)))
writeFileSync(file, `${JSON.stringify(manifest)}\n`)

const ofFolder = `${JSON.stringify({ type: manifest.type, sideEffects: manifest.sideEffects })}\n`
for (const entry of readdirSync(folder, { withFileTypes: true })) {
  if (entry.isDirectory()) writeFileSync(join(folder, entry.name, 'package.json'), ofFolder)
}
