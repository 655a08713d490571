/** A decoded payload as a flat list of named values, so that a difference has a name. */
import {
  type AnyPacket,
  type Body,
  type Bytes,
  decodeLayerPath,
  hex,
  Items,
  ProtocolError,
} from '@citygate/nodes/pat'

/** `records[2].layerUserInfo.hunterName` → its value as text. */
export type Flat = Map<string, string>

// biome-ignore lint/suspicious/noExplicitAny: a structure is invariant in its fields
type AnyItems = Items<any>

/** Fields that hold a layer path, whose parts are compared one by one. */
const pathFields = new Set(['path', 'layerHost', 'cityPath'])

/** Numbers that a server makes up (game.md 3.2): compared by label, like ids. */
const uniqueIds = new Set(['uniqueIdA', 'uniqueIdB'])

/** A long as it stands on the wire. */
export function longBytes(value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

export function flatten(body: Body<AnyPacket>, label: (bytes: Bytes) => string): Flat {
  const flat: Flat = new Map()
  add(flat, '', body, label)
  return flat
}

function add(flat: Flat, name: string, value: unknown, label: (bytes: Bytes) => string): void {
  if (value === undefined) return
  if (typeof value === 'number' || typeof value === 'bigint') flat.set(name, String(value))
  else if (value instanceof Uint8Array) addBytes(flat, name, value, label)
  else if (value instanceof Items) addItems(flat, name, value, label)
  else if (Array.isArray(value)) {
    flat.set(`${name}.length`, String(value.length))
    for (const [index, entry] of value.entries()) add(flat, `${name}[${index}]`, entry, label)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) add(flat, name ? `${name}.${key}` : key, entry, label)
  }
}

function addItems(flat: Flat, name: string, { struct, items }: AnyItems, label: (bytes: Bytes) => string) {
  const names = new Map(
    Object.entries<{ id: number }>(struct.fields).map(([field, spec]) => [spec.id, field]),
  )
  const order: string[] = []
  for (const { id, tag, value } of items) {
    const field = names.get(id) ?? `field${id}`
    order.push(`${field}:${tag}`)
    if (uniqueIds.has(field) && typeof value === 'number')
      flat.set(`${name}.${field}`, label(longBytes(value)))
    else add(flat, `${name}.${field}`, value, label)
  }
  flat.set(`${name}.order`, order.join(' '))
}

function addBytes(flat: Flat, name: string, bytes: Bytes, label: (bytes: Bytes) => string): void {
  const last = name.slice(name.lastIndexOf('.') + 1)
  const path = pathFields.has(last) ? asPath(bytes) : undefined
  if (!path) flat.set(name, label(bytes))
  else for (const [part, value] of Object.entries(path)) flat.set(`${name}.${part}`, value)
}

function asPath(bytes: Bytes): Record<string, string> | undefined {
  if (bytes.length !== 14) return undefined
  try {
    const { server, gate, city } = decodeLayerPath(bytes)
    const words = { network: hex(bytes.subarray(0, 4)), unknown: hex(bytes.subarray(8, 10)) }
    return { ...words, server: String(server), gate: String(gate), city: String(city) }
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
