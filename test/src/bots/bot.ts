/** One simulated hunter: walks into a gate, moves, talks a little, sometimes goes to another gate. */
import { Console, type ConsoleOptions, hunterSettings } from '../console/index.ts'
import { position } from './position.ts'
import { between, oneOf } from './random.ts'

export interface BotHabits {
  readonly random: () => number
  /** Bots stand in gates 1 to this. */
  readonly gates: number
  readonly moveEveryMs: number
}

/** Great sword, sword and shield, hammer, lance, long sword, switch axe (game.md 4.5). */
const weapons = [7, 8, 9, 10, 14, 15]
const phrases = ['Hello!', 'Anyone for Lagiacrus?', 'Thanks for the hunt', 'Back in a minute']

/** Of a hundred moves. */
const chance = { chat: 2, otherGate: 1 } as const

export class Bot {
  readonly #habits: BotHabits
  readonly #console: Console
  #place = { x: 0, z: 0 }

  constructor(options: ConsoleOptions, habits: BotHabits) {
    const { random } = habits
    const settings = hunterSettings({ rank: between(random, 1, 999), weapon: oneOf(random, weapons) })
    this.#habits = habits
    this.#console = new Console({ ...options, settings, random, inboxLimit: 0 })
  }

  get capcomId(): string {
    return this.#console.capcomId
  }

  /** From OPN into a gate. */
  async arrive(): Promise<void> {
    await this.#console.goOnline()
    await this.#console.enterGate(this.#anyGate())
  }

  /** Until told to stop. Throws what the server does against it. */
  async live(stop: AbortSignal): Promise<void> {
    const { random, moveEveryMs } = this.#habits
    while (!stop.aborted) {
      await pause(moveEveryMs * (0.5 + random()), stop)
      if (stop.aborted) return
      const end = this.#console.game.end
      if (end) throw end
      await this.#act(between(random, 1, 100))
    }
  }

  logOut(): Promise<void> {
    return this.#console.logOut()
  }

  kill(): void {
    this.#console.kill()
  }

  async #act(dice: number): Promise<void> {
    const { random } = this.#habits
    if (dice <= chance.otherGate) {
      await this.#console.leaveGate()
      await this.#console.enterGate(this.#anyGate())
    } else if (dice <= chance.otherGate + chance.chat) this.#console.chat(oneOf(random, phrases))
    else {
      const { x, z } = this.#place
      this.#place = { x: x + random() - 0.5, z: z + random() - 0.5 }
      this.#console.move(position(this.#place.x, 0, this.#place.z))
    }
  }

  #anyGate(): number {
    const gates = Math.max(1, Math.min(this.#habits.gates, this.#console.gates.length))
    return between(this.#habits.random, 1, gates)
  }
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    stop.addEventListener('abort', done)
    if (stop.aborted) done()
  })
}
