/**
 * `npm run docs`: writes the pages that are made from code. Each has a test beside its source that fails
 * when the page in `docs/` is stale.
 */
import { writeFileSync } from 'node:fs'
import { packetReference } from '../../nodes/src/pat/reference.ts'

const pages: readonly { readonly name: string; readonly text: () => string }[] = [
  { name: 'packets.md', text: packetReference },
]

const folder = new URL('../../docs/', import.meta.url)
for (const { name, text } of pages) {
  writeFileSync(new URL(name, folder), text())
  console.log(`docs/${name}`)
}
