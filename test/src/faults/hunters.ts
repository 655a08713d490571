/** Hunters who play through faults and keep a ledger of what they were told was done. */
import {
  AnsFriendAccept,
  AnsFriendAdd,
  AnsTell,
  AnsUserBinarySet,
  ascii,
  latin1,
  MessageInfo,
  NtcFriendAccept,
  NtcTell,
  ReqFriendAccept,
  ReqFriendAdd,
  ReqTell,
  ReqUserBinarySet,
} from '@citygate/nodes/pat'
import { between, oneOf } from '../bots/random.ts'
import { Console } from '../console/index.ts'
import { settingsWith } from '../history/orders.ts'

/** What consoles were answered, whole: nothing is in it that was not acknowledged. */
export interface Ledger {
  /** Numbers in acknowledged settings, by hunter. */
  readonly writes: Map<string, number[]>
  /** Asker and asked, where the acceptance was acknowledged. */
  readonly friendships: { readonly asker: string; readonly asked: string }[]
  /** To somebody who was connected then; `since` and `at` are moments of `performance.now()`. */
  readonly messages: {
    readonly to: string
    readonly text: string
    readonly visit: Console
    readonly since: number
    readonly at: number
  }[]
  /** What hunters have read, by hunter. */
  readonly read: Map<string, Set<string>>
  logIns: number
  refusals: number
}

export function newLedger(): Ledger {
  return { writes: new Map(), friendships: [], messages: [], read: new Map(), logIns: 0, refusals: 0 }
}

export interface Place {
  /** Where its consoles begin, and the number of its game server in the list. */
  readonly opn: string
  readonly server: number
}

const info = MessageInfo.of({ textColor: 0xffffffff })
const patience = 10_000
let values = 0

export class Hunter {
  readonly #name: string
  readonly #random: () => number
  readonly #places: readonly Place[]
  readonly #ledger: Ledger
  #supportCode: string | undefined
  #console: Console | null = null
  #capcomId = ''
  #since = 0

  constructor(name: string, random: () => number, places: readonly Place[], ledger: Ledger) {
    this.#name = name
    this.#random = random
    this.#places = places
    this.#ledger = ledger
  }

  get capcomId(): string {
    return this.#capcomId
  }

  /** Null while he is not connected. */
  get console(): Console | null {
    return this.#console?.game.end ? null : this.#console
  }

  /** Plays until told to stop; comes back at any place when he is thrown out. */
  async play(stop: AbortSignal, others: () => readonly Hunter[], first: Place): Promise<void> {
    let place: Place | undefined = first
    while (!stop.aborted) {
      try {
        await this.logIn(place)
        place = undefined
        while (!stop.aborted) {
          await this.#act(others())
          await pause(20 + 60 * this.#random())
        }
      } catch {
        // Cut off, refused in words, or too slow: what was not answered is not in the ledger.
        this.#ledger.refusals++
        this.#console?.kill()
        this.#console = null
        await pause(200)
      }
    }
  }

  /** Where he is let in. */
  async logIn(place: Place = oneOf(this.#random, this.#places)): Promise<Console> {
    const value = ++values
    const since = performance.now()
    const visit = await Console.logIn({
      ...{ opn: place.opn, tls: false, name: this.#name, supportCode: this.#supportCode, patience },
      pick: (servers) => servers.find(({ index }) => index === place.server)?.index ?? 1,
      settings: Buffer.from(settingsWith(value), 'base64'),
    })
    this.#supportCode = visit.supportCode
    this.#capcomId = visit.capcomId
    this.#console = visit
    this.#since = since
    this.#wrote(value)
    this.#ledger.logIns++
    await visit.enterGate(between(this.#random, 1, 5))
    void this.#readTells(visit)
    return visit
  }

  kill(): void {
    this.#console?.kill()
  }

  async #act(others: readonly Hunter[]): Promise<void> {
    const { game } = this.#console ?? {}
    if (!game) throw new Error('not online')
    if (game.end) throw game.end
    const other = oneOf(this.#random, others)
    const dice = between(this.#random, 1, 10)
    if (dice <= 5 || other === this || !other.capcomId) await this.#write()
    else if (dice <= 7) await this.#tell(other)
    else if (dice <= 8) {
      await game.call(
        ReqFriendAdd,
        { recipientId: ascii(other.capcomId), messageInfo: info, message: ascii('please') },
        AnsFriendAdd,
      )
    } else await this.#answerFriends()
  }

  async #write(): Promise<void> {
    const value = ++values
    const data = Buffer.from(settingsWith(value), 'base64')
    await this.#console?.game.call(ReqUserBinarySet, { offset: 0, data }, AnsUserBinarySet)
    this.#wrote(value)
  }

  #wrote(value: number): void {
    const written = this.#ledger.writes.get(this.#capcomId) ?? []
    this.#ledger.writes.set(this.#capcomId, [...written, value])
  }

  async #tell(other: Hunter): Promise<void> {
    const { console: visit, capcomId: to } = other
    const since = other.#since
    const text = `no ${++values}`
    await this.#console?.game.call(
      ReqTell,
      { recipientId: ascii(to), messageInfo: info, message: ascii(text) },
      AnsTell,
    )
    if (visit) this.#ledger.messages.push({ to, text, visit, since, at: performance.now() })
  }

  async #answerFriends(): Promise<void> {
    const visit = this.#console
    if (!visit) return
    if (!visit.game.inbox.kept.some(({ spec }) => spec.id === NtcFriendAccept.id)) return
    const request = await visit.next(NtcFriendAccept)
    const asker = latin1(request.messageInfo.get('senderId') ?? new Uint8Array())
    await visit.game.call(ReqFriendAccept, { senderId: ascii(asker), accepted: 1 }, AnsFriendAccept)
    this.#ledger.friendships.push({ asker, asked: this.#capcomId })
  }

  /** For as long as the connection lasts. */
  async #readTells(visit: Console): Promise<void> {
    const mine = this.#ledger.read.get(this.#capcomId) ?? new Set()
    this.#ledger.read.set(this.#capcomId, mine)
    while (!visit.game.end) {
      try {
        mine.add(latin1((await visit.next(NtcTell)).message))
      } catch {
        // Nobody has written for a while, or the connection is gone.
      }
    }
  }
}

const pause = (ms: number) => new Promise<void>((over) => setTimeout(over, ms))
