/** Limits in this process's memory; several instances each count for themselves. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { LimitKind, Limits } from '../deps.ts'

/** Requests a minute; 0 is no limit. */
export type LimitSettings = Readonly<Record<LimitKind, number>>

/** Far above what people and nodes do, and far below what a machine can do. */
const defaultLimits: LimitSettings = {
  /** For an address: a community behind one, its status pages and tools. */
  public: 3000,
  /** For a node: a rush of some hundred log-ins. */
  node: 30_000,
  /** For an address. */
  'wrong-key': 60,
}

const windowSeconds = 60

export function memoryLimits(settings: LimitSettings = defaultLimits): Limits {
  const limiterOf = (kind: LimitKind) =>
    settings[kind] > 0
      ? new RateLimiterMemory({ keyPrefix: kind, points: settings[kind], duration: windowSeconds })
      : null
  const limiters = {
    public: limiterOf('public'),
    node: limiterOf('node'),
    'wrong-key': limiterOf('wrong-key'),
  } satisfies Record<LimitKind, RateLimiterMemory | null>

  return {
    async take(kind, key) {
      try {
        await limiters[kind]?.consume(key)
        return null
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return secondsOf(refused)
        throw refused
      }
    },
    async blocked(kind, key) {
      const limiter = limiters[kind]
      const counted = limiter && (await limiter.get(key))
      return counted && counted.consumedPoints >= limiter.points ? secondsOf(counted) : null
    },
  }
}

const secondsOf = ({ msBeforeNext }: RateLimiterRes) => Math.max(1, Math.ceil(msBeforeNext / 1000))

/**
 * This machine itself: the operator's own tools, or a proxy in front, behind which everybody would share
 * one count, and whose business limits then are.
 */
export function isOwnMachine(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./i.test(address ?? '')
}

/** IPv4 as it is; of IPv6 the network of a household, for its devices choose the rest themselves. */
export function limitedAddress(address: string | undefined): string | null {
  if (address === undefined) return null
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const front = head.split(':').filter((part) => part !== '')
  const back = (tail ?? '').split(':').filter((part) => part !== '')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0')
  return [...front, ...zeros, ...back].slice(0, 4).join(':')
}
