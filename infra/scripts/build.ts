/** `npm run build [name]`: bundles into `dist/` (docs/decisions/0105-bundles.md). */
import { join } from 'node:path'
import { build, bundles } from './bundles.ts'

const dist = join(import.meta.dirname, '..', '..', 'dist')
const [wanted] = process.argv.slice(2)
for (const bundle of bundles.filter(({ name }) => wanted === undefined || name === wanted)) {
  const { files, bytes } = await build(bundle, dist)
  console.log(`dist/${bundle.name}: ${files} files, ${(bytes / 1024).toFixed(0)} KiB`)
}
