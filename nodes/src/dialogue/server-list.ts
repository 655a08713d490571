/**
 * The list of game servers as consoles read it, on LMP and FMP alike (login.md 3.3). Head takes a
 * copy for this console: the pages that follow belong together, whatever happens meanwhile. A row's
 * number is the server's id, so what the player picks is what he saw.
 */
import type { Directory } from '@citygate/schema/contract'
import { ascii, FmpData, plainText } from '../pat/index.ts'

type ServerRow = ReturnType<typeof FmpData.of>

/** FmpData.serverType. */
const typeNumbers = { open: 1n, rookie: 2n, expert: 3n, recruiting: 4n } as const

/** The client's table holds 80 servers (login.md 3.3). */
const mostServers = 80
/** The client asks for 30 rows at a time; this many of the largest fit its receive buffer. */
const largestPage = 70
/** Bytes that the client keeps (login.md 1.3 and 8). */
const longestHost = 127
const longestName = 31

type Listed = Directory['servers'][number]
type Open = Listed & { readonly address: NonNullable<Listed['address']> }

function isOpen(server: Listed): server is Open {
  return server.status !== 'down' && server.address !== null
}

const placesOf = ({ population, capacity }: Listed): number => Math.max(0, capacity - population)
const isBeyondSoft = ({ population, capacity, soft = capacity }: Listed): boolean => population >= soft

/**
 * What a server shows of its free places, for the client offers and picks by them alone (docs/decisions/0113-soft-caps.md).
 * One that is full or being emptied shows none. One beyond its soft cap shows fewer than any below theirs, and never
 * none: whoever wants to be there can choose it.
 */
function shownPlaces(server: Listed, listed: readonly Listed[]): number {
  const free = placesOf(server)
  if (server.status !== 'up' || free === 0) return 0
  if (!isBeyondSoft(server)) return free
  const below = listed.filter((other) => other.status === 'up' && !isBeyondSoft(other)).map(placesOf)
  return Math.max(1, Math.min(free, ...below.map((places) => places - 1)))
}

function addressFields(address: { readonly host: string; readonly port: number }) {
  return { serverAddress: plainText(address.host, longestHost), serverPort: address.port }
}

/** All fields in the reference's order; 0x0b and 0x0c are its constants, their purpose is unknown. */
function row(server: Open, listed: readonly Open[]): ServerRow {
  return FmpData.of({
    index: server.id,
    ...addressFields(server.address),
    serverType: typeNumbers[server.type],
    playerCount: server.capacity - shownPlaces(server, listed),
    playerCapacity: server.capacity,
    serverName: plainText(server.name, longestName),
    unknown0x0b: ascii('X'),
    unknown0x0c: 0x12345678,
  })
}

/** Whether there is anything to choose from. */
export function hasServers(directory: Directory): boolean {
  return directory.servers.some(isOpen)
}

/** Every server that a player could choose now. */
const openServers = ({ servers }: Directory): readonly Open[] => servers.filter(isOpen).slice(0, mostServers)

function listedServers(directory: Directory): readonly ServerRow[] {
  const open = openServers(directory)
  return open.map((server) => row(server, open))
}

/** A console that names no field gets all of them (wire.md 7.1). */
function picked(listed: ServerRow, wanted: readonly number[]): ServerRow {
  return wanted.length === 0 ? listed : listed.pick(wanted)
}

/** One console's view of the list; keep one for each connection. */
export class ServerList {
  readonly #directory: () => Directory
  #shown: readonly ServerRow[] | undefined
  #wanted: readonly number[] = []

  constructor(directory: () => Directory) {
    this.#directory = directory
  }

  /** Rises when servers come, go or are renamed; never 0. */
  get version(): number {
    return this.#directory().version
  }

  /** Begins a list with the fields that the console wants; gives the number of its rows. */
  head(wanted: readonly number[]): number {
    this.#wanted = wanted
    this.#shown = listedServers(this.#directory())
    return this.#shown.length
  }

  /** The rows from `first` (1-based) on, at most `count` and at most a page. */
  page(first: number, count: number): readonly ServerRow[] {
    const from = Math.max(first, 1) - 1
    this.#shown ??= listedServers(this.#directory())
    const rows = this.#shown.slice(from, from + Math.min(count, largestPage))
    return rows.map((listed) => picked(listed, this.#wanted))
  }

  /**
   * What the console wanted to know of the server that it chose: of `target` the address, of the list
   * the rest.
   */
  chosen(id: number, target: { host: string; port: number }, wanted: readonly number[]): ServerRow {
    const listed = this.find(id) ?? FmpData.of({ index: id })
    return picked(listed.with(addressFields(target)), wanted)
  }

  /** The row of a server that this console was shown or that is listed now. */
  find(id: number): ServerRow | undefined {
    const shown = this.#shown?.find((listed) => listed.get('index') === id)
    if (shown) return shown
    const open = openServers(this.#directory())
    const server = open.find((one) => one.id === id)
    return server && row(server, open)
  }
}
