/** Fills a world with simulated hunters. */
import { setMaxListeners } from 'node:events'
import type { ListedServer } from '../console/index.ts'
import { Bot } from './bot.ts'
import { between, oneOf, seeded } from './random.ts'
import { Turnstile } from './turnstile.ts'

export interface BotsOptions {
  readonly count: number
  /** OPN's address, "host:port". */
  readonly opn: string
  readonly tls: boolean
  /** Root certificate in PEM; without it the certificate is not verified. */
  readonly ca?: string | undefined
  /** They stand in gates 1 to this; all gates unless told. */
  readonly gates?: number | undefined
  /** All on the server with this number in the list; spread over all unless told. */
  readonly server?: number | undefined
  /** The same seed gives the same hunters doing the same. */
  readonly seed?: number | undefined
  /** Milliseconds between two acts of one hunter, on average; 1000 unless told. */
  readonly moveEveryMs?: number | undefined
  /** How many log in at the same time; 50 unless told. */
  readonly atOnce?: number | undefined
  /** Milliseconds that a hunter waits for an answer; 30 s unless told. */
  readonly patience?: number | undefined
  /** Told after every arrival and failure. */
  readonly onProgress?: ((statistics: BotStatistics) => void) | undefined
}

export interface BotFailure {
  readonly bot: string
  readonly phase: 'log-in' | 'play' | 'log-out'
  readonly reason: string
}

export interface BotStatistics {
  readonly count: number
  /** Stood in a gate at least once. */
  readonly arrived: number
  readonly failures: readonly BotFailure[]
  readonly framesIn: number
  readonly framesOut: number
  /** From the start to the last arrival so far. */
  readonly arrivalMs: number
}

export interface Bots {
  /** Resolves when every bot has arrived or failed. */
  readonly settled: Promise<BotStatistics>
  readonly statistics: BotStatistics
  /** Capcom IDs of those who arrived. */
  readonly capcomIds: readonly string[]
  /** Ends it: with an orderly log-out, or by vanishing without goodbye. */
  stop(how: 'log-out' | 'vanish'): Promise<BotStatistics>
}

export function startBots(options: BotsOptions): Bots {
  const crowd = new Crowd(options)
  return crowd
}

class Crowd implements Bots {
  readonly settled: Promise<BotStatistics>
  readonly #options: BotsOptions
  readonly #stop = new AbortController()
  readonly #startedAt = performance.now()
  readonly #failures: BotFailure[] = []
  readonly #playing = new Map<Bot, Promise<void>>()
  readonly #capcomIds: string[] = []
  #framesIn = 0
  #framesOut = 0
  #arrivalMs = 0

  constructor(options: BotsOptions) {
    this.#options = options
    setMaxListeners(0, this.#stop.signal)
    const turnstile = new Turnstile(options.atOnce ?? 50)
    const random = seeded(options.seed ?? 1)
    const arrivals = Array.from({ length: options.count }, (_, index) => {
      const name = `Bot${index + 1}`
      const own = seeded(between(random, 0, 0xffffffff))
      return turnstile.pass(() => this.#arrive(name, own))
    })
    this.settled = Promise.all(arrivals).then(() => this.statistics)
  }

  get capcomIds(): readonly string[] {
    return this.#capcomIds
  }

  get statistics(): BotStatistics {
    return {
      count: this.#options.count,
      arrived: this.#capcomIds.length,
      failures: [...this.#failures],
      framesIn: this.#framesIn,
      framesOut: this.#framesOut,
      arrivalMs: Math.round(this.#arrivalMs),
    }
  }

  async stop(how: 'log-out' | 'vanish'): Promise<BotStatistics> {
    this.#stop.abort()
    await this.settled
    const ends = [...this.#playing].map(async ([bot, playing]) => {
      if (how === 'vanish') bot.kill()
      await playing
      if (how === 'log-out' && this.#playing.has(bot))
        await bot.logOut().catch((error: unknown) => this.#failed(bot.capcomId, 'log-out', error))
    })
    await Promise.all(ends)
    return this.statistics
  }

  async #arrive(name: string, random: () => number): Promise<void> {
    if (this.#stop.signal.aborted) return
    const bot = this.#make(name, random)
    try {
      await bot.arrive()
    } catch (error) {
      this.#failed(name, 'log-in', error)
      bot.kill()
      return
    }
    this.#capcomIds.push(bot.capcomId)
    this.#arrivalMs = performance.now() - this.#startedAt
    this.#playing.set(bot, this.#play(name, bot))
    this.#options.onProgress?.(this.statistics)
  }

  async #play(name: string, bot: Bot): Promise<void> {
    try {
      await bot.live(this.#stop.signal)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      this.#playing.delete(bot)
      this.#failed(name, 'play', error)
      bot.kill()
    }
  }

  #make(name: string, random: () => number): Bot {
    const { opn, tls, ca, server, gates = 40, moveEveryMs = 1000, patience = 30_000 } = this.#options
    const withRoom = ({ capacity, population }: ListedServer): boolean => population < capacity
    const pick = (servers: readonly ListedServer[]): number =>
      server ?? (servers.some(withRoom) ? oneOf(random, servers.filter(withRoom)).index : 1)
    const onPassed = ({ direction }: { direction: 'in' | 'out' }): void => {
      if (direction === 'in') this.#framesIn += 1
      else this.#framesOut += 1
    }
    return new Bot({ opn, tls, ca, name, pick, patience, onPassed }, { random, gates, moveEveryMs })
  }

  #failed(bot: string, phase: BotFailure['phase'], error: unknown): void {
    this.#failures.push({ bot, phase, reason: error instanceof Error ? error.message : String(error) })
    this.#options.onProgress?.(this.statistics)
  }
}
