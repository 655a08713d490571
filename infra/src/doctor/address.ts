/** Is the address that consoles are told one that they can use? And do the names resolve? */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { type Line, note, trouble, well } from './line.ts'
import type { Patient } from './patient.ts'

export type Lookup = (name: string) => Promise<readonly string[]>

export const systemLookup: Lookup = async (name) => {
  try {
    return (await lookup(name, { all: true, family: 4 })).map(({ address }) => address)
  } catch {
    return []
  }
}

export async function lookAtAddress({ host, config }: Patient, find: Lookup): Promise<Line[]> {
  const [address] = isIP(host) ? [host] : await find(host)
  const set =
    'advertise your public address with --advertise (for players at home, this machine’s LAN address)'
  if (address === undefined) return [trouble('address', `${host} is advertised and has no IPv4 address`, set)]
  const kind = ipaddr.parse(address).range()
  const told = address === host ? host : `${host} (${address})`
  if (kind === 'loopback') {
    return [
      trouble(
        'address',
        `consoles are told ${told}, which is themselves; only Dolphin on this machine gets in`,
        set,
      ),
    ]
  }
  if (ipaddr.parse(config.bind).range() === 'loopback') {
    return [
      trouble(
        'address',
        `consoles are told ${told}, but the ports listen on ${config.bind} only`,
        'start with --bind 0.0.0.0',
      ),
    ]
  }
  if (kind === 'unicast') return [well('address', `consoles are told ${told}, a public address`)]
  if (kind === 'private' || kind === 'linkLocal') {
    return [
      note(
        'address',
        `consoles are told ${told}: right for players in the same house; for others --advertise your public address`,
      ),
    ]
  }
  if (kind === 'carrierGradeNat') {
    return [
      trouble(
        ...([
          'address',
          `${told} is shared by your provider among many: no port of it can be forwarded`,
        ] as const),
        'ask your provider for an IPv4 address of your own, or rent a small server',
      ),
    ]
  }
  return [trouble('address', `consoles are told ${told}, which is no address of a host (${kind})`, set)]
}

/** Names that somebody has to look up: consoles the advertised one, this host central's. */
export async function lookAtDns({ host, centralUrl }: Patient, find: Lookup): Promise<Line[]> {
  const central = new URL(centralUrl).hostname.replace(/^\[|\]$/g, '')
  const names = [...new Set([host, central])].filter((name) => !isIP(name))
  if (names.length === 0) return [well('dns', 'no name has to be looked up: the addresses are plain')]
  return Promise.all(
    names.map(async (name) => {
      const addresses = await find(name)
      if (addresses.length > 0) return well('dns', `${name} is ${addresses.join(', ')}`)
      return trouble(
        'dns',
        `${name} cannot be looked up`,
        'correct the name, or the DNS server that this machine uses',
      )
    }),
  )
}
