/**
 * The place of one worker: fills it, watches who sits there, and fills it again when it is empty, with
 * longer and longer pauses as long as that does not help.
 */
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Arrival, DoorName } from '@citygate/nodes/host'
import type { Logger } from 'pino'
import { ConfigError } from '../config.ts'
import type { NodeStatus } from '../status-file.ts'
import { beatMs, type Failure, type FromWorker, type ToWorker } from './messages.ts'
import type { Hear, Unit } from './unit.ts'

export interface SeatTiming {
  /** Without a sign of life for so many beats of the supervisor's own clock a worker counts as stuck. */
  readonly stuckBeats: number
  /** As many more until its first sign of life. */
  readonly loadingBeats: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** A worker that served so long was well: the next pause is short again. */
  readonly wellMs: number
}

/** Beats of the supervisor's own clock, so that a machine which slept does not look like a stuck worker. */
export const defaultTiming: SeatTiming = {
  stuckBeats: 20,
  loadingBeats: 100,
  firstPauseMs: 250,
  longestPauseMs: 30_000,
  wellMs: 60_000,
}

export interface SeatParts {
  readonly log: Logger
  readonly timing: SeatTiming
  readonly start: (hear: Hear) => Unit
  /** What a new worker is told, and the sockets that it is lent to listen on. */
  readonly prepare: () => Promise<Preparation>
  /** Central does not know the node any more. */
  readonly enrolAnew: () => Promise<void>
  /** A port that was any free one has been taken by somebody else meanwhile. */
  readonly portsAnew: () => void
  readonly onServing: (node: NodeStatus, rootFile: string | null) => void
  readonly onGone: () => void
  readonly onArmed: (ticketHash: string, serverId: number) => void
  /** It must not be started again, in words. */
  readonly onOver: (words: string) => void
  /** Starts of several seats come one after the other. */
  readonly inTurn: <T>(run: () => Promise<T>) => Promise<T>
  /** How long a worker may take from being told to stop. */
  readonly stopMs: number
}

interface Preparation {
  readonly start: Extract<ToWorker, { type: 'start' }>
  readonly shared: readonly (readonly [DoorName, object])[]
}

/** A worker refuses to start. */
class Refused extends Error {
  readonly why: Failure
  constructor(why: Failure, message: string) {
    super(message)
    this.why = why
  }
}

const hurryMs = 5000
const noLoad = { opn: 0, lmp: 0, fmp: 0, rfp: 0 }

export class Seat {
  readonly #parts: SeatParts
  #unit: Unit | null = null
  #node: NodeStatus | null = null
  #load: Readonly<Record<DoorName, number>> = noLoad
  /** Given since the load was told. */
  #given = 0
  #failures = 0
  #state: 'open' | 'stopping' | 'over' = 'open'
  readonly #stopping = new AbortController()

  constructor(parts: SeatParts) {
    this.#parts = parts
  }

  /** Null while nobody serves here. */
  get node(): NodeStatus | null {
    return this.#node
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** Its players are on their way out. */
  get isEnding(): boolean {
    return this.#state !== 'open'
  }

  /** Connections of its entry doors, as far as is known. */
  get entryLoad(): number {
    return this.#load.opn + this.#load.lmp + this.#load.rfp + this.#given
  }

  /** Players in its worlds, as far as is known. */
  get worldLoad(): number {
    return this.#load.fmp
  }

  hand(door: DoorName, socket: Socket): void {
    if (!this.#unit || !this.#node) socket.destroy()
    else {
      this.#given++
      this.#unit.hand(door, socket)
    }
  }

  handArrival(arrival: Arrival): void {
    if (!this.#unit || !this.#node) arrival.socket.destroy()
    else this.#unit.handArrival(arrival)
  }

  /** The first start: resolves when the worker serves, and rejects when it cannot. */
  async start(): Promise<void> {
    try {
      await this.#fill()
    } catch (error) {
      if (!(error instanceof Refused) || error.why !== 'unknown-node') throw plain(error)
      await this.#parts.enrolAnew()
      await this.#fill().catch((again: unknown) => {
        throw plain(again)
      })
    }
  }

  /** Ends the worker for good; resolves when it has gone. */
  async stop(hurry: boolean): Promise<void> {
    this.#state = 'stopping'
    this.#stopping.abort()
    await this.#end(hurry)
  }

  /** Lets the worker's players leave, ends it, and starts it anew. Resolves when it serves again. */
  async restart(): Promise<void> {
    if (this.#state !== 'open' || !this.#unit) return
    this.#state = 'stopping'
    await this.#end(false)
    if (this.#stopping.signal.aborted) return
    this.#state = 'open'
    this.#failures = 0
    await this.#refill()
  }

  async #end(hurry: boolean): Promise<void> {
    const unit = this.#unit
    if (!unit) return
    unit.send({ type: 'stop', hurry })
    const late = setTimeout(
      () => {
        this.#parts.log.warn({}, 'does not end: killed')
        unit.kill()
      },
      hurry ? hurryMs : this.#parts.stopMs,
    )
    await unit.ended
    clearTimeout(late)
  }

  /** Starts a worker and waits until it serves. */
  async #fill(): Promise<void> {
    await this.#parts.inTurn(async () => {
      const { start, shared } = await this.#parts.prepare()
      if (this.#stopping.signal.aborted) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      // Loading the program may take its time on a machine that is busy with other things.
      const life = {
        silentBeats: -this.#parts.timing.loadingBeats,
        refused: null as Refused | null,
        servedAt: 0,
      }
      const unit = this.#parts.start((message) => {
        life.silentBeats = 0
        if (message.type === 'serving') {
          life.servedAt = performance.now()
          this.#node = message.node
          this.#parts.onServing(message.node, message.rootFile)
          resolve()
        } else if (message.type === 'failed') life.refused = new Refused(message.why, message.message)
        else this.#hear(message)
      })
      this.#unit = unit
      const watch = setInterval(() => {
        if (++life.silentBeats !== this.#parts.timing.stuckBeats) return
        this.#parts.log.error({ pid: unit.pid }, 'its event loop is stuck: killed')
        unit.kill()
      }, beatMs)
      void unit.ended.then((how) => {
        clearInterval(watch)
        this.#unit = null
        this.#node = null
        this.#load = noLoad
        this.#parts.onGone()
        const refused = life.refused ?? new Refused('other', `the worker has ended: ${how}`)
        if (life.servedAt === 0) reject(refused)
        else this.#gone(how, performance.now() - life.servedAt)
      })
      for (const [door, socket] of shared) unit.share(door, socket)
      unit.send(start)
      await promise
    })
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'beat':
        if (message.load) this.#load = message.load
        this.#given = 0
        break
      case 'armed':
        this.#parts.onArmed(message.ticketHash, message.serverId)
        break
      case 'asked-to-end':
        // A service manager tells the whole group, and then this seat is stopping anyway.
        setTimeout(() => void this.restart(), beatMs)
        break
      case 'stopped':
        if (message.reason === 'servers-changed') break
        this.#state = 'over'
        this.#parts.log.error({ reason: message.reason }, message.words)
        this.#parts.onOver(message.words)
        break
    }
  }

  #gone(how: string, servedMs: number): void {
    if (this.#state !== 'open') return
    if (servedMs >= this.#parts.timing.wellMs) this.#failures = 0
    this.#parts.log.error({ how }, 'the worker has ended, and its players with it: starting it again')
    void this.#refill()
  }

  async #refill(): Promise<void> {
    const { firstPauseMs, longestPauseMs } = this.#parts.timing
    while (this.#state === 'open' && !this.#unit) {
      const waitMs = Math.min(firstPauseMs * 2 ** this.#failures, longestPauseMs)
      this.#failures++
      try {
        await pause(waitMs, undefined, { signal: this.#stopping.signal })
        await this.#fill()
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        await this.#mend(error)
      }
    }
  }

  async #mend(error: unknown): Promise<void> {
    this.#parts.log.error({ reason: String(error) }, 'the worker does not start: trying again')
    if (!(error instanceof Refused)) return
    if (error.why === 'settings') this.#parts.portsAnew()
    if (error.why !== 'unknown-node') return
    try {
      await this.#parts.enrolAnew()
    } catch (again) {
      this.#parts.log.error(
        { reason: String(again) },
        'central does not know this node, and it cannot be enrolled',
      )
    }
  }
}

/** As a node in this process would have failed. */
function plain(error: unknown): unknown {
  if (!(error instanceof Refused)) return error
  return error.why === 'settings' ? new ConfigError(error.message) : new Error(error.message)
}
