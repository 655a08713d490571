/**
 * Towards which address central may dial (shared-state.md: "Dial-back is not a port scanner"). The name is looked up
 * once, and what is judged here is what is dialled.
 */
import type { Finding } from '@citygate/schema/contract'
import ipaddr from 'ipaddr.js'

/** Of one request to be dialled. */
export interface DialRules {
  /** Where the request came from, as central's runtime sees it; an IPv4 address may be written as IPv6. */
  readonly from: string
  /** Hosts that an operator has allowed for this node, by name or address. */
  readonly allowed: readonly string[]
  /** Addresses inside of a house or a machine are dialled as well. */
  readonly allowPrivate: boolean
}

/** The IPv4 and IPv6 addresses of a name, as the resolver gives them; none where there are none. */
type Resolve = (name: string) => Promise<readonly string[]>

type Refusal = Extract<Finding['finding'], 'name-unknown' | 'private-address' | 'not-your-address'>

/** Kinds that no program listens on, whatever an operator allows. */
const never: ReadonlySet<string> = new Set(['unspecified', 'broadcast', 'multicast', 'ipv4Mapped', 'discard'])

/** The address to dial, or why not. */
export async function addressToDial(
  host: string,
  rules: DialRules,
  resolve: Resolve,
): Promise<{ readonly address: string } | { readonly refused: Refusal }> {
  const [first] = ipaddr.isValid(host) ? [host] : await resolve(host)
  if (first === undefined || !ipaddr.isValid(first)) return { refused: 'name-unknown' }
  // In its plain form from here on: `0177.1`, `2130706433` and `127.0.0.1` are one address.
  const address = ipaddr.parse(first)
  const kind = address.range()
  if (kind !== 'unicast' && (!rules.allowPrivate || never.has(kind))) return { refused: 'private-address' }
  if (!isTheirs(address.toString(), host, kind, rules)) return { refused: 'not-your-address' }
  return { address: address.toString() }
}

function isTheirs(
  address: string,
  host: string,
  kind: string,
  { from, allowed, allowPrivate }: DialRules,
): boolean {
  const source = ipaddr.isValid(from) ? ipaddr.process(from) : null
  if (source?.toString() === address) return true
  // A node on central's own machine comes from its inner address, whatever it advertises in the house.
  if (allowPrivate && source?.range() === 'loopback' && kind !== 'unicast') return true
  return allowed.some((entry) => entry.toLowerCase() === host.toLowerCase() || sameAddress(entry, address))
}

function sameAddress(entry: string, address: string): boolean {
  return ipaddr.isValid(entry) && ipaddr.parse(entry).toString() === address
}
