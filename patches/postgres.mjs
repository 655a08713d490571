/**
 * Mends postgres.js 3.4.9 after `npm ci`, as a postinstall script. Plain JavaScript for Node.js 20.
 *
 * Its connections put small writes off to the end of the turn. When the line breaks meanwhile, the write that
 * was put off meets no socket and throws where nobody can catch it, and the program ends; or it is called
 * off but not forgotten, and the connection, made anew, never writes again. Both happen whenever a database
 * is killed with transactions under way (porsager/postgres issues 1066, 1154, 1208). Remove this when a
 * release has the mend; central-api/src/adapters/driver.test.ts tells.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', 'node_modules', 'postgres')

const mends = [
  // What was put off is refused when the line has gone: its caller hears of it as of any broken line.
  [
    `    const x = socket.write(chunk, fn)
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    return x
`,
    `    const bytes = chunk
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    if (socket === null) {
      error(Errors.connection('CONNECTION_CLOSED', options, socket))
      return false
    }
    return socket.write(bytes, fn)
`,
  ],
  // What is called off is forgotten.
  [
    `
    clearImmediate(nextWriteTimer)
    if (socket) {
`,
    `
    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    if (socket) {
`,
  ],
  [
    `    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)
`,
    `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
  ],
  // A query that came between the error and the end of the line is refused as well.
  ['    !hadError && (query || sent.length) && error(', '    ;(query || sent.length) && error('],
]

const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
for (const variant of ['src', 'cjs/src', 'cf/src']) {
  const file = join(folder, variant, 'connection.js')
  const found = readFileSync(file, 'utf8')
  let text = found
  for (const [broken, mended] of mends) {
    if (text.includes(mended)) continue
    if (!text.includes(broken))
      throw new Error(`patches/postgres.mjs does not fit postgres ${version}: ${file}`)
    text = text.replace(broken, () => mended)
  }
  if (text !== found) writeFileSync(file, text)
}
