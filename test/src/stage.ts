/** Several consoles at one node: who of them hears what, in which order and under which sequence. */
import {
  AnsServerTime,
  type AnyPacket,
  type Body,
  latin1,
  NtcLayerOut,
  ReqServerTime,
} from '@citygate/nodes/pat'
import { Console, type ConsoleOptions, type Passed } from './console/index.ts'

/**
 * By hunter, what came since the last look: `NtcLayerOut 0` under sequence 0, `NtcLayerIn =` under that of the packet that
 * caused it. Who has heard nothing is left out.
 */
export type Heard = Readonly<Record<string, string>>

interface Member {
  readonly console: Console
  readonly came: Passed[]
  /** Sequence of what this console sent last. */
  sent: number
}

export class Stage {
  readonly #options: ConsoleOptions
  readonly #members = new Map<string, Member>()

  constructor(options: ConsoleOptions) {
    this.#options = options
  }

  /** A console with a hunter of this name, up to the gates of its server. */
  async enter(name: string, supportCode?: string): Promise<Console> {
    const came: Passed[] = []
    const onPassed = (passed: Passed): void => {
      if (passed.direction === 'in') came.push(passed)
      else member.sent = passed.sequence
    }
    const console = new Console({ ...this.#options, name, supportCode, onPassed })
    const member: Member = { console, came, sent: 0 }
    this.#members.set(name, member)
    await console.goOnline()
    came.length = 0
    return console
  }

  console(name: string): Console {
    return this.#member(name).console
  }

  /** Sends a packet; gives what everybody hears of it. */
  async says<P extends AnyPacket>(name: string, packet: P, body: Body<P>): Promise<Heard> {
    const member = this.#member(name)
    member.console.game.send(packet, body)
    const cause = member.sent
    // His own answer first: by then everything that his packet causes for the others has been sent.
    await drain(member)
    return this.#heard(cause)
  }

  /** Breaks a connection; gives what everybody hears of it. `witness` stands in the same place. */
  async vanishes(name: string, witness: string): Promise<Heard> {
    const { console } = this.#member(name)
    this.#members.delete(name)
    console.kill()
    await this.console(witness).next(NtcLayerOut, ({ capcomId }) => latin1(capcomId) === console.capcomId)
    return this.heard()
  }

  /** What has come to everybody since the last look. */
  heard(): Promise<Heard> {
    return this.#heard()
  }

  end(): void {
    for (const { console } of this.#members.values()) console.kill()
  }

  async #heard(cause?: number): Promise<Heard> {
    const heard: Record<string, string> = {}
    for (const [name, member] of this.#members) {
      await drain(member)
      const lines = member.came
        .splice(0)
        .filter(({ spec }) => spec?.id !== AnsServerTime.id)
        .map(({ spec, sequence }) => `${spec?.name} ${sequence === cause ? '=' : sequence}`)
      if (lines.length > 0) heard[name] = lines.join(', ')
    }
    return heard
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (!member) throw new Error(`no ${name} is on this stage`)
    return member
  }
}

/** An answer cannot overtake what was sent before it. Who has been let go hears no more. */
async function drain({ console }: Member): Promise<void> {
  if (console.game.end) return
  await console.game
    .call(ReqServerTime, { convertedCountryCode: 0 }, AnsServerTime)
    .catch((error: unknown) => {
      if (!console.game.end) throw error
    })
}
