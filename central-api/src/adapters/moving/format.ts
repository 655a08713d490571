/**
 * The file of an export: gzip of lines. A line that begins with `#` tells of what follows, every other one is
 * a row as JSON. The last one counts the rows and holds the SHA-256 of all lines before it.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'

export const formatVersion = 1

export const Header = z.object({
  citygate: z.literal('export'),
  format: z.int(),
  /** Names, in the order in which they were applied. */
  migrations: z.array(z.string()).min(1),
  incarnation: z.uuid(),
  exportedAt: z.string(),
  /** Fences are not above it, but for those of the leases. A text, for it may be large. */
  fenceFloor: z.string().regex(/^\d{1,19}$/),
  serverLimits: z.unknown(),
})
export type Header = z.infer<typeof Header>

export const TableLine = z.strictObject({ table: z.string(), columns: z.array(z.string()).min(1) })

export const EndLine = z.strictObject({
  end: z.literal(true),
  rows: z.record(z.string(), z.int()),
  sha256: z.string(),
})

/** The file is not an export, is damaged, or cannot be taken here. In words. */
export class ExportUnusable extends Error {
  override readonly name = 'ExportUnusable'
}

/** Counts and sums what goes by. */
export class Tally {
  readonly rows: Record<string, number> = {}
  readonly #hash = createHash('sha256')

  line(text: string): void {
    this.#hash.update(text).update('\n')
  }

  row(table: string): void {
    this.rows[table] = (this.rows[table] ?? 0) + 1
  }

  /** Once, at the end. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

/** A row is a hunter's at most: name, settings and a message of some hundred bytes. */
const longestLine = 1024 * 1024

/** Lines of a text that comes in pieces. Throws an {@link ExportUnusable} where one has no end. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end)
      yield rest.length === 0 ? last.toString() : Buffer.concat([...rest, last]).toString()
      rest = []
      size = 0
      from = end + 1
    }
    if (from === chunk.length) continue
    rest.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > longestLine) throw new ExportUnusable('it holds a line without an end')
  }
  if (size > 0) throw new ExportUnusable('it breaks off in the middle of a line')
}
