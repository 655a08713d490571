/** Binary kind 5: up to eight messages of the server that the client shows by number (login.md 7.5). */
import { z } from 'zod'
import type { Bytes } from '../../pat/index.ts'
import type { Source } from '../source.ts'

const Messages = z.strictObject({
  messages: z.array(z.string().regex(/^[^\t\r\n]*$/, 'one line without tabs')).max(8),
})

/** Bytes that the client reads. */
const largestTable = 511

/** A line each: the number, a tab, the message, CR, LF. */
export function messages(source: Source): Bytes {
  const table: number[] = []
  for (const [i, message] of source.toml(Messages).messages.entries()) {
    table.push(...source.encode(String(i)), 0x09, ...source.encode(message), 0x0d, 0x0a)
  }
  return source.atMost('messages', Uint8Array.from(table), largestTable)
}
