/** The list of game servers, as LMP and FMP give it. */
import { type Bytes, type FmpData, type Items, latin1, ProtocolError } from '@citygate/nodes/pat'
import type { Address } from './socket.ts'

export interface ListedServer {
  /** What ReqFmpInfo names. */
  readonly index: number
  readonly name: Bytes
  /** 1 open, 2 rookie, 3 expert, 4 recruiting. */
  readonly type: number
  readonly population: number
  readonly capacity: number
}

type FmpItems = Items<typeof FmpData.fields>

export function listedServer(row: FmpItems): ListedServer {
  return {
    index: row.get('index') ?? 0,
    name: row.get('serverName') ?? new Uint8Array(0),
    type: Number(row.get('serverType') ?? 0n),
    population: row.get('playerCount') ?? 0,
    capacity: row.get('playerCapacity') ?? 0,
  }
}

export function addressOf(row: FmpItems): Address {
  const host = row.get('serverAddress')
  const port = row.get('serverPort')
  if (!host?.length || !port) throw new ProtocolError('FmpData', 'no address')
  return { host: latin1(host), port }
}

/** Most room first; a server without capacity is not considered (login.md 3.3). */
export function byRoom(servers: readonly ListedServer[]): readonly ListedServer[] {
  const room = ({ capacity, population }: ListedServer): number => capacity - population
  return servers.filter(({ capacity }) => capacity > 0).toSorted((a, b) => room(b) - room(a))
}

/** Server lists are fetched in pages of this many rows (login.md 3.3). */
const pageSize = 30

/** Fetches `count` rows in pages; an empty page is an error to the game (extras.md 8.3). */
export async function readPages<T>(
  count: number,
  fetch: (first: number, wanted: number) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const rows: T[] = []
  while (rows.length < count) {
    const page = await fetch(rows.length + 1, Math.min(pageSize, count - rows.length))
    if (page.length === 0) throw new ProtocolError('list', `no rows from ${rows.length + 1} of ${count}`)
    rows.push(...page)
  }
  return rows
}
