/** A decoded payload in words, for a page. */
import { type AnyPacket, type Body, type Bytes, hex, Items } from '@citygate/nodes/pat'
import type { Labels } from './labels.ts'

/** Rows of a list that are shown; the rest is counted. */
const rowsShown = 2
const textShown = 60
const bytesShown = 16

export function fieldsText(spec: AnyPacket, body: Body<AnyPacket>, labels: Labels): string {
  return pairs(Object.entries(body), (name, value) => valueText(spec.name, name, value, labels))
}

function pairs(
  entries: readonly (readonly [string, unknown])[],
  text: (name: string, value: unknown) => string,
): string {
  return entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${text(name, value)}`)
    .join(', ')
}

function valueText(packet: string, name: string, value: unknown, labels: Labels): string {
  const label = labels.of(packet, name, value)
  if (label !== undefined) return label
  if (value instanceof Uint8Array) return bytesText(packet, value)
  if (value instanceof Items) return itemsText(packet, value, labels)
  if (Array.isArray(value)) return listText(packet, name, value, labels)
  if (typeof value === 'object' && value !== null)
    return `{ ${pairs(Object.entries(value), (key, inner) => valueText(packet, key, inner, labels))} }`
  return String(value)
}

// biome-ignore lint/suspicious/noExplicitAny: a structure is invariant in its fields
function itemsText(packet: string, { struct, items }: Items<any>, labels: Labels): string {
  const names = new Map(Object.entries<{ id: number }>(struct.fields).map(([name, { id }]) => [id, name]))
  const entries = items.map(({ id, value }) => [names.get(id) ?? `field${id}`, value] as const)
  const inside = pairs(entries, (name, value) => valueText(packet, name, value, labels))
  return inside ? `${struct.name} { ${inside} }` : `${struct.name} {}`
}

function listText(packet: string, name: string, list: readonly unknown[], labels: Labels): string {
  if (list.every((entry) => typeof entry === 'number')) return `[${list.join(' ')}]`
  const shown = list.slice(0, rowsShown).map((entry) => valueText(packet, name, entry, labels))
  const more = list.length - shown.length
  return `${list.length} × [${shown.join('; ')}${more > 0 ? `; … ${more} more` : ''}]`
}

function bytesText(packet: string, bytes: Bytes): string {
  if (packet === 'AnsBinaryData') return '‹bytes›'
  if (bytes.length === 0) return '""'
  if (bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09)) {
    const text = JSON.stringify(String.fromCharCode(...bytes.subarray(0, textShown)))
    return bytes.length > textShown ? `${text} …` : text
  }
  const shown = hex(bytes.subarray(0, bytesShown))
  return bytes.length > bytesShown ? `${shown}… (${bytes.length} bytes)` : shown
}
