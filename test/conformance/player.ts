/** The client side of one recorded player, played against a node. */
import {
  type AnsFmpInfo,
  AnsLmpConnect,
  AnsServerTime,
  type AnyPacket,
  type Body,
  type Bytes,
  decodeBody,
  encodeFrame,
  fromHex,
  latin1,
  packetOf,
  ReqConnection,
  ReqServerTime,
} from '@citygate/nodes/pat'
import { Connection, type Passed } from '../src/console/index.ts'
import { addressOf } from '../src/console/servers.ts'
import { type Address, openPlain } from '../src/console/socket.ts'
import type { Bindings } from './bindings.ts'
import { type Came, cameAs, isCompared, nameOf } from './compare.ts'
import { Fetch } from './fetch.ts'
import { learn } from './learn.ts'
import { frameId, type Recorded, type RecordedFrame } from './transcript.ts'

type ServerName = Recorded['conn']

export interface Patience {
  /** Milliseconds to wait for what the recording says will come. */
  readonly normal: number
  /** The same where the server acts by its own clock: line checks, and giving up on a silent player. */
  readonly slow: number
}

/** Where connections go: OPN as given, the rest as the node told. Shared by the players of a scenario. */
export type Addresses = Map<ServerName, Address>

/** Own requests of the runner start here, beyond every recorded sequence number. */
const ownSequences = 0.95
const firstOwnSequence = Math.floor(ownSequences * 0xffff)

export class Player {
  readonly #bindings: Bindings
  readonly #addresses: Addresses
  readonly #patience: Patience
  #connection: Connection | undefined
  #closed = false
  #fetch: Fetch | undefined
  #came: Came[] = []
  #wakers: (() => void)[] = []

  constructor(bindings: Bindings, addresses: Addresses, patience: Patience) {
    this.#bindings = bindings
    this.#addresses = addresses
    this.#patience = patience
  }

  /** What came since the last call, without what is never compared. */
  takeCame(): readonly Came[] {
    return this.#came.splice(0)
  }

  get open(): boolean {
    return this.#connection !== undefined && !this.#connection.end
  }

  /** Plays one recorded event. */
  async play(event: Recorded, following: readonly Recorded[]): Promise<void> {
    if (event.dir === 'in') await this.#expect(event)
    else if (event.dir === 'close') await this.#close(event.text)
    else if (event.dir === 'raw') this.#connection?.sendRaw(this.#bindings.toLive(fromHex(event.bytes)))
    else if (event.name !== 'AnsLineCheck') await this.#send(event, following)
  }

  /** Until `count` frames have come since the last {@link takeCame}, or patience ends. */
  async arrivals(count: number): Promise<void> {
    await this.#until(() => this.#came.length >= count, this.#patience.normal)
  }

  /** After it, everything that the node had sent before has come: an answer cannot overtake it. */
  async drain(): Promise<void> {
    if (!this.open || this.#connection?.server !== 'fmp') return
    await this.#connection.call(ReqServerTime, { convertedCountryCode: 0 }, AnsServerTime).catch(() => {})
  }

  end(): void {
    this.#connection?.kill()
  }

  async #expect(event: RecordedFrame): Promise<void> {
    if (frameId(event) === ReqConnection.id) {
      const before = this.#came.length
      this.#connect(event.conn)
      await this.#until(() => this.#came.length > before, this.#patience.normal)
    }
    const recorded = cameAs(event)
    const came = this.#came.findLast(({ id, sequence }) => id === recorded.id && sequence === event.seq)
    if (came) learn(recorded, came, this.#bindings)
    if (event.name === 'ReqLineCheck') {
      const connection = this.#connection
      await this.#until(() => (connection?.lineChecks ?? 1) > 0, this.#patience.slow)
    }
  }

  #connect(server: ServerName): void {
    const address = this.#addresses.get(server)
    // Without an address everything that was recorded from here on is told as missing.
    this.#connection = undefined
    this.#closed = !address
    if (!address) return
    this.#connection = new Connection(server, openPlain(address.host, address.port), {
      patience: this.#patience.normal,
      inboxLimit: 0,
      random: () => ownSequences,
      onPassed: (passed) => this.#passed(passed),
    })
    void this.#connection.closed.then(() => {
      this.#closed = true
      this.#wake()
    })
  }

  /** Answers no line check from now on. */
  playDead(): void {
    if (this.#connection) this.#connection.answersLineChecks = false
  }

  #passed({ direction, spec, sequence, payload }: Passed): void {
    if (direction === 'out' || !spec) return
    const came = { id: spec.id, sequence, payload }
    if (spec.id === AnsServerTime.id && sequence >= firstOwnSequence) return
    this.#remember(spec, payload)
    if (isCompared(came)) this.#came.push(came)
    this.#wake()
  }

  #remember(spec: AnyPacket, payload: Bytes): void {
    if (spec.id === AnsLmpConnect.id) {
      const { address, port } = decodeBody(AnsLmpConnect, payload)
      this.#addresses.set('lmp', { host: latin1(address), port })
    } else if (spec.name === 'AnsFmpInfo' || spec.name === 'AnsFmpInfo2') {
      const { fmpData } = decodeBody(spec as typeof AnsFmpInfo, payload)
      this.#addresses.set('fmp', addressOf(fmpData))
    } else this.#fetch = Fetch.after(spec, payload) ?? this.#fetch
  }

  async #send(event: RecordedFrame, following: readonly Recorded[]): Promise<void> {
    const spec = packetOf(frameId(event), 'client')
    const connection = this.#connection
    if (!spec || !connection || connection.end) return
    if (this.#fetch?.isFetchedBy(spec)) {
      await this.#fetch.run(connection, decodeBody(spec, fromHex(event.payload)))
      return
    }
    const body = this.#bindings.deep(decodeBody(spec, fromHex(event.payload))) as Body<AnyPacket>
    const answer = following.find(
      (next): next is RecordedFrame => next.dir === 'in' && next.seq === event.seq && isAnswerTo(next, event),
    )
    const before = this.#came.length
    connection.sendFrame(encodeFrame(spec, event.seq, body))
    if (!answer) return
    await this.#until(
      () => this.#came.slice(before).some((came) => came.sequence === event.seq && isAnswerTo(came, event)),
      this.#patience.normal,
    )
  }

  async #close(how: 'eof' | 'local-rst'): Promise<void> {
    const connection = this.#connection
    if (how === 'local-rst') connection?.kill()
    const { normal, slow } = this.#patience
    await this.#until(() => this.#closed, connection?.answersLineChecks ? normal : slow)
  }

  /** Waits for something to come until `done`, the connection's end, or the end of patience. */
  async #until(done: () => boolean, milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds
    while (!done() && !this.#closed) {
      const left = deadline - performance.now()
      if (left <= 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wakers.push(resolve)
      const timer = setTimeout(resolve, left)
      await promise
      clearTimeout(timer)
    }
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }
}

/** `came` answers, or refuses, `request`: the same family and message, kind Ans. NtcLogin answers AnsConnection. */
function isAnswerTo(came: RecordedFrame | Came, request: RecordedFrame): boolean {
  const id = typeof came.id === 'string' ? Number.parseInt(came.id, 16) : came.id
  if (request.name === 'AnsConnection') return nameOf({ id }) === 'NtcLogin'
  // The common key is declined by another answer (wire.md 10).
  if (request.name === 'ReqCommonKey') return nameOf({ id }) === 'AnsAuthenticationToken'
  return id >>> 16 === frameId(request) >>> 16 && ((id >>> 8) & 0xff) === 0x02
}
