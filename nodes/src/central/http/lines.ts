/** The connections to one origin: those that rest, the one that rested last first, and those who wait for one. */
import type { WholeAnswer } from './answer-reader.ts'
import { HttpLine, type Origin } from './line.ts'

/** A rush of log-ins waits for a connection rather than opening hundreds. */
const linesAtMost = 64

export class HttpLines {
  readonly #origin: Origin
  readonly #resting: HttpLine[] = []
  readonly #waiting = new Set<() => void>()
  #busy = 0
  #session: Buffer | undefined

  constructor(origin: Origin) {
    this.#origin = origin
  }

  /** Rejects when there was no whole answer: with the system's error, or the signal's reason. */
  async ask(request: string, signal: AbortSignal): Promise<WholeAnswer> {
    if (this.#busy < linesAtMost) this.#busy++
    else await this.#turn(signal)
    try {
      signal.throwIfAborted()
      return await this.#askNow(request, signal)
    } finally {
      const [next] = this.#waiting
      if (next) next()
      else this.#busy--
    }
  }

  async #askNow(request: string, signal: AbortSignal): Promise<WholeAnswer> {
    const line = this.#take()
    const abort = () => line.destroy(reasonOf(signal))
    signal.addEventListener('abort', abort)
    try {
      const answer = await line.ask(request)
      if (line.usable) this.#resting.push(line)
      return answer
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  #take(): HttpLine {
    for (let line = this.#resting.pop(); line; line = this.#resting.pop()) {
      if (line.usable) return line
      line.destroy()
    }
    return new HttpLine(this.#origin, this.#session, (session) => {
      this.#session = session
    })
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((go, giveUp) => {
      const leave = () => {
        this.#waiting.delete(take)
        signal.removeEventListener('abort', abort)
      }
      const take = () => {
        leave()
        go()
      }
      const abort = () => {
        leave()
        giveUp(reasonOf(signal))
      }
      if (signal.aborted) return abort()
      this.#waiting.add(take)
      signal.addEventListener('abort', abort)
    })
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
