/**
 * Where a page of a search ended. To callers a cursor is opaque; inside it are the sort key and
 * the Capcom ID of the last item, and a check over them, the filters, the order and the database's
 * incarnation. So a cursor of another search, of a restored database, or one that was changed on
 * the way is refused by name instead of skipping or repeating hunters. The incarnation is not public,
 * so nobody outside makes a cursor that passes.
 */
import { Problem } from '@citygate/schema/contract'
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode'
import { z } from 'zod'
import { sha256AtOnce } from '../hash.ts'

/** The last item of a page. `key` is text even for a rank: Postgres casts it back. */
export interface Place {
  readonly key: string
  readonly capcomId: string
  /** When the first page was asked for: the moment at which all pages see those who are online. */
  readonly at: string
}

const Cursor = z.tuple([z.string(), z.string(), z.iso.datetime(), z.string()])

/** `query` is whatever must not change between pages, in one fixed order. */
export function encodeCursor(query: readonly unknown[], place: Place): string {
  return written([place.key, place.capcomId, place.at, checkOf(query, place)])
}

function written(fields: z.output<typeof Cursor>): string {
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify(fields)).buffer).replaceAll('=', '')
}

/** @throws Problem `bad_request` naming `cursor` when it is not this query's. */
export function decodeCursor(query: readonly unknown[], cursor: string): Place {
  const read = Cursor.safeParse(parse(cursor))
  if (!read.success) throw refused()
  const [key, capcomId, at, check] = read.data
  const place = { key, capcomId, at }
  if (cursor !== written(read.data) || check !== checkOf(query, place)) throw refused()
  return place
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64Url(cursor)))
  } catch {
    return undefined
  }
}

function checkOf(query: readonly unknown[], place: Place): string {
  const said = JSON.stringify([query, place.key, place.capcomId, place.at])
  return sha256AtOnce(said).slice(0, 24)
}

function refused(): Problem {
  const detail = 'not a cursor of this search: take `next` as it is, with the same filters and order'
  return new Problem('bad_request', `cursor: ${detail}`, [{ in: 'query', field: 'cursor', detail }])
}
