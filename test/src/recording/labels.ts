/** Names for what differs from one log-in to the next, so that a recording of one can be read and compared. */
import { type Bytes, hex } from '@citygate/nodes/pat'

/** Field → the label of its value. A value that comes a second time keeps its label; others are numbered. */
const madeUp: Readonly<Record<string, string>> = {
  ticket: 'ticket',
  patTicket: 'ticket',
  onlineSupportCode: 'support code',
  capcomId: 'Capcom ID',
}

/** Field → what stands for its value, whatever it is. */
const passing: Readonly<Record<string, string>> = {
  serverTime: 'time',
  currentTime: 'time',
  address: 'address',
  serverAddress: 'address',
  port: 'port',
  serverPort: 'port',
  playerCount: 'players',
  uniqueIdA: 'unique id',
  uniqueIdB: 'unique id',
}

/** Sizes and versions of contents that an operator changes, or the calendar. */
const ofContents: Readonly<Record<string, readonly string[]>> = {
  AnsTermsVersion: ['version', 'size'],
  ReqTerms: ['version', 'size'],
  AnsTerms: ['size'],
  AnsBinaryVersion: ['version'],
  AnsBinaryHead: ['version', 'size'],
  ReqBinaryData: ['version', 'size', 'offset'],
  AnsBinaryData: ['version', 'size', 'offset'],
  AnsFmpListVersion: ['version'],
  AnsFmpListVersion2: ['version'],
  ReqFmpListHead: ['version'],
  ReqFmpListHead2: ['version'],
}

const freeSlot = hex(new TextEncoder().encode('******'))

export class Labels {
  readonly #known = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  /** The label that stands for a field's value; undefined when the value itself is shown. */
  of(packet: string, field: string, value: unknown): string | undefined {
    const fixed = passing[field] ?? (ofContents[packet]?.includes(field) ? field : undefined)
    if (fixed) return `‹${fixed}›`
    const kind = madeUp[field]
    if (!kind || !(value instanceof Uint8Array) || value.length === 0 || hex(value) === freeSlot)
      return undefined
    return `‹${this.#numbered(kind, value)}›`
  }

  #numbered(kind: string, value: Bytes): string {
    const key = `${kind} ${hex(value)}`
    const known = this.#known.get(key)
    if (known) return known
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    const label = count === 1 ? kind : `${kind} ${count}`
    this.#known.set(key, label)
    return label
  }
}
