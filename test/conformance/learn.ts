/** Where a server hands out values of its own making. */
import { type AnyPacket, type Body, type Bytes, decodeBody, Items, packetOf } from '@citygate/nodes/pat'
import type { Bindings } from './bindings.ts'
import type { Came } from './compare.ts'
import { longBytes } from './flatten.ts'

/** Learns what the server made up, from a frame and the one that came in its place. */
export function learn(recorded: Came, came: Came, bindings: Bindings): void {
  const spec = packetOf(recorded.id, 'server')
  if (!spec || !handedOut[spec.name]) return
  const before = decodeBody(spec, recorded.payload)
  const now = decodeBody(spec, came.payload)
  for (const [name, field] of handedOut[spec.name] ?? []) {
    const value = dig(before, name, field)
    const live = dig(now, name, field)
    if (value && live) bindings.learn(value, live)
  }
}

/** Packet → where it carries a value that it makes up: a field, and in a structure the structure's field. */
const handedOut: Readonly<Record<string, readonly (readonly [string, string?])[]>> = {
  AnsTicket: [['ticket']],
  AnsLoginInfo: [['chargeInfo', 'onlineSupportCode']],
  AnsUserObject: [['userObject', 'capcomId']],
  AnsUserSearchInfoMine: uniqueIds(),
  AnsUserSearchInfo: uniqueIds(),
}

function uniqueIds(): readonly (readonly [string, string])[] {
  return [
    ['userSearchInfo', 'uniqueIdA'],
    ['userSearchInfo', 'uniqueIdB'],
  ]
}

function dig(body: Body<AnyPacket>, name: string, field: string | undefined): Bytes | undefined {
  const value = (body as Record<string, unknown>)[name]
  const found = value instanceof Items && field ? value.get(field) : value
  if (found instanceof Uint8Array) return found
  return typeof found === 'number' && found !== 0 ? longBytes(found) : undefined
}
