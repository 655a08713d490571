/**
 * What central is told of where a console comes from, so that it can limit what a place creates: a hash of a shortened
 * address, never the address (docs/decisions/0114-limits-on-creation.md).
 */
import { createHash } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'

/** The node's own machine and network: its host's business. */
const own = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  own.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
] as const) {
  own.addSubnet(network, bits, 'ipv6')
}

/** Whether an address is of this machine or of the network that it stands in: nobody outside knows it. */
export function isInside(address: string): boolean {
  const plain = plainAddress(address)
  return own.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

const plainAddress = (address: string): string =>
  address.split('%')[0]?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''

/**
 * 32 hexadecimal digits for everybody of one IPv4 /24 or IPv6 /48; null for the node's own machine and network. Who comes
 * from the very address that he connects to is on this machine, also where that is a public one.
 */
export function sourceOf(address: string | undefined, local?: string): string | null {
  const plain = plainAddress(address ?? '')
  if (!plain || isInside(plain) || plain === plainAddress(local ?? '')) return null
  return createHash('sha256')
    .update(`citygate source ${shortened(plain)}`)
    .digest('hex')
    .slice(0, 32)
}

function shortened(address: string): string {
  if (!isIPv6(address)) return address.split('.').slice(0, 3).join('.')
  const [head = '', tail] = address.toLowerCase().split('::')
  const front = head.split(':').filter((part) => part !== '')
  const back = (tail ?? '').split(':').filter((part) => part !== '')
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => '0')
  const parts = [...front, ...zeros, ...back].slice(0, 3)
  return parts.map((part) => Number.parseInt(part, 16).toString(16)).join(':')
}
