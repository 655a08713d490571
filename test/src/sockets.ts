/** Who watches which socket, as Linux shows it. For tests of the promise that one event loop watches each. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Watcher {
  readonly pid: number
  /** The descriptor of its epoll set. */
  readonly set: number
}

/** By the socket's inode, every epoll set of these processes that it is in. */
export function watchers(pids: readonly number[]): Map<number, Watcher[]> {
  const found = new Map<number, Watcher[]>()
  for (const pid of new Set(pids)) {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      if (linkOf(pid, descriptor) !== 'anon_inode:[eventpoll]') continue
      const set = Number(descriptor)
      const inodes = readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').matchAll(
        /^tfd:.* ino:([0-9a-f]+)/gm,
      )
      for (const [, hex = ''] of inodes) {
        const inode = Number.parseInt(hex, 16)
        found.set(inode, [...(found.get(inode) ?? []), { pid, set }])
      }
    }
  }
  return found
}

/** A descriptor may be closed while we look. */
function linkOf(pid: number, descriptor: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
  } catch {
    return ''
  }
}

/** Inodes of the open connections whose near end is one of these IPv4 ports. */
export const connectionsTo = (ports: readonly number[]): number[] => inState('01', ports)

/** Inodes of the sockets that listen on these IPv4 ports. */
export const listenersOn = (ports: readonly number[]): number[] => inState('0A', ports)

function inState(wanted: string, ports: readonly number[]): number[] {
  return readFileSync('/proc/net/tcp', 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, near = '', , state]) => {
      return state === wanted && ports.includes(Number.parseInt(near.split(':')[1] ?? '', 16))
    })
    .map((fields) => Number(fields[9]))
}
