/** The time limits of one connection. Nothing here acts; it tells the conversation what has fallen due. */
import type { Clock } from './ports.ts'
import { defaultTiming, type Timing } from './timing.ts'

export interface Due {
  /** The server speaks first. */
  greet(): void
  /** Time for a line check: every 30 s from the greeting on, whatever else is said (login.md 2.3). */
  checkLine(): void
  silent(): void
  /** A frame began and did not end in time. */
  halfFrame(): void
}

type Limit = 'greeting' | 'lineCheck' | 'silence' | 'halfFrame'

export class Watch {
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #due: Due
  /** Each calls its timer off. */
  readonly #timers = new Map<Limit, () => void>()
  #heardAt: number
  #stopped = false

  constructor(clock: Clock, timing: Partial<Timing> | undefined, due: Due) {
    this.#clock = clock
    this.#timing = { ...defaultTiming, ...timing }
    this.#due = due
    this.#heardAt = clock.now()
    this.#in(this.#timing.helloMs, 'greeting', () => {
      due.greet()
      this.#awaitLineCheck()
    })
    this.#awaitSilence()
  }

  /** Bytes came: the console lives. */
  heard(): void {
    this.#heardAt = this.#clock.now()
  }

  /** `began` says whether a frame has begun that is not complete, `progress` rises with every complete one. */
  frame(began: boolean, progress: () => number): void {
    if (!began) this.#callOff('halfFrame')
    else if (!this.#timers.has('halfFrame')) this.#awaitFrame(progress)
  }

  stop(): void {
    this.#stopped = true
    for (const callOff of this.#timers.values()) callOff()
    this.#timers.clear()
  }

  #in(ms: number, limit: Limit, run: () => void): void {
    if (this.#stopped) return
    this.#timers.set(
      limit,
      this.#clock.after(ms, () => {
        this.#timers.delete(limit)
        run()
      }),
    )
  }

  #callOff(limit: Limit): void {
    this.#timers.get(limit)?.()
    this.#timers.delete(limit)
  }

  #awaitLineCheck(): void {
    this.#in(this.#timing.lineCheckMs, 'lineCheck', () => {
      this.#due.checkLine()
      this.#awaitLineCheck()
    })
  }

  /** One timer for many packets: it looks back when it fires instead of starting anew with each. */
  #awaitSilence(): void {
    const left = this.#timing.silenceMs - (this.#clock.now() - this.#heardAt)
    if (left > 0) this.#in(left, 'silence', () => this.#awaitSilence())
    else this.#due.silent()
  }

  /** When frames were completed meanwhile, it is another one that has begun since. */
  #awaitFrame(progress: () => number): void {
    const before = progress()
    this.#in(this.#timing.halfFrameMs, 'halfFrame', () => {
      if (progress() === before) this.#due.halfFrame()
      else this.#awaitFrame(progress)
    })
  }
}
