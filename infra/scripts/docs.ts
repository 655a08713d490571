/**
 * `npm run docs`: writes the pages that are made from code. Each has a test beside its source that fails
 * when the page in `docs/` is stale.
 */
import { writeFileSync } from 'node:fs'
import { recordedLoginPage } from '@citygate/test/recording'
import { packetReference } from '../../nodes/src/pat/reference.ts'
import { decisionsPage, settingsPage } from './pages.ts'

const pages: readonly { readonly name: string; readonly text: () => string | Promise<string> }[] = [
  { name: 'settings.md', text: settingsPage },
  { name: 'decisions/README.md', text: decisionsPage },
  { name: 'packets.md', text: packetReference },
  { name: 'recorded-login.md', text: recordedLoginPage },
]

const folder = new URL('../../docs/', import.meta.url)
for (const { name, text } of pages) {
  writeFileSync(new URL(name, folder), await text())
  console.log(`docs/${name}`)
}
