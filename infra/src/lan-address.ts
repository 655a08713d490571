import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** The IPv4 address under which others on the local network find this machine; loopback when there is none. */
export function lanAddress(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): string {
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
  const linkLocal = (address: string) => address.startsWith('169.254.')
  return outside.find((address) => !linkLocal(address)) ?? outside[0] ?? '127.0.0.1'
}

/** What consoles are told when nothing is set: the bound address if it is one, else the LAN address. */
export function advertised(bind: string, advertise: string | undefined): string {
  if (advertise) return advertise
  return bind === '0.0.0.0' || bind === '::' ? lanAddress() : bind
}
