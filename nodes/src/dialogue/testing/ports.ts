/** A line, a clock and a log that do nothing by themselves: the tests move them. */
import type { Bytes } from '../../pat/index.ts'
import type { Clock, Line, Log } from '../ports.ts'

export class FakeLine implements Line {
  readonly id = 1
  readonly written: Bytes[] = []
  backlog = 0
  paused = false
  state: 'open' | 'ended' | 'destroyed' = 'open'

  write(bytes: Bytes): void {
    this.written.push(bytes)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  end(): void {
    this.state = 'ended'
  }

  destroy(): void {
    this.state = 'destroyed'
  }

  /** What was written since the last call. */
  take(): Buffer {
    return Buffer.concat(this.written.splice(0))
  }
}

interface Alarm {
  readonly at: number
  readonly run: () => void
}

export class FakeClock implements Clock {
  readonly #alarms = new Set<Alarm>()
  #now = 0

  now(): number {
    return this.#now
  }

  utcSeconds(): number {
    return 0x6b000000
  }

  after(ms: number, run: () => void): () => void {
    const alarm = { at: this.#now + ms, run }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  get armed(): number {
    return this.#alarms.size
  }

  /** Lets time pass and runs what falls due, in its order. */
  pass(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const [next] = [...this.#alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#alarms.delete(next)
      this.#now = next.at
      next.run()
    }
    this.#now = until
  }
}

interface LogLine {
  readonly level: string
  readonly fields: object
  readonly message: string
}

/** Keeps its lines, for tests that look at what was logged. */
export class FakeLog implements Log {
  readonly lines: LogLine[]

  constructor(lines: LogLine[] = []) {
    this.lines = lines
  }

  debug = this.#writer('debug')
  info = this.#writer('info')
  warn = this.#writer('warn')
  error = this.#writer('error')

  isLevelEnabled(): boolean {
    return true
  }

  child(): Log {
    return new FakeLog(this.lines)
  }

  #writer(level: string) {
    return (fields: object, message: string): void => {
      this.lines.push({ level, fields, message })
    }
  }
}
