/**
 * One connection of a console to one of the four servers: the client's half of what they all share
 * (login.md 2). The server speaks first; then the console asks, one sequence number a request.
 */
import type { Socket } from 'node:net'
import {
  AnsConnection,
  AnsLineCheck,
  AnsShut,
  AnsTicket2,
  AnsWarning,
  type AnyPacket,
  type Body,
  type Bytes,
  type ConnectionData,
  decodeBody,
  encodeFrame,
  type Frame,
  FrameSplitter,
  type Items,
  NtcLogin,
  NtcShut,
  packetOf,
  ReqConnection,
  ReqLineCheck,
  ReqShut,
  ReqTicket2,
  ReqWarning,
  refusedAnswer,
} from '@citygate/nodes/pat'
import { ConnectionLost, NotInTime, Refused, ShutByServer, words } from './errors.ts'
import { type Arrival, Inbox } from './inbox.ts'
import { SequenceNumbers } from './sequence.ts'

type ServerName = 'opn' | 'lmp' | 'fmp' | 'rfp'

/** A frame that passed, for recordings. */
export interface Passed {
  readonly server: ServerName
  readonly direction: 'in' | 'out'
  /** Undefined for an id that nobody knows. */
  readonly spec: AnyPacket | undefined
  readonly sequence: number
  readonly payload: Bytes
}

export interface ConnectionSettings {
  /** Milliseconds that the console waits for anything. */
  readonly patience: number
  /** Notifications that are kept for later; see {@link Inbox}. */
  readonly inboxLimit: number
  /** 0 to 1, as `Math.random`. */
  readonly random: () => number
  readonly onPassed?: ((passed: Passed) => void) | undefined
}

interface Pending {
  readonly answer: AnyPacket
  readonly give: (payload: Bytes) => void
  readonly fail: (error: Error) => void
}

export class Connection {
  readonly server: ServerName
  readonly inbox: Inbox
  /** False plays a console that has died without closing: line checks stay unanswered. */
  answersLineChecks = true
  lineChecks = 0

  readonly #socket: Socket
  readonly #settings: ConnectionSettings
  readonly #splitter = new FrameSplitter()
  readonly #sequence: SequenceNumbers
  readonly #pending = new Map<number, Pending>()
  readonly #closed = Promise.withResolvers<void>()
  #end: Error | undefined

  constructor(server: ServerName, socket: Socket, settings: ConnectionSettings) {
    this.server = server
    this.inbox = new Inbox(settings.inboxLimit)
    this.#socket = socket
    this.#settings = settings
    this.#sequence = new SequenceNumbers(settings.random)
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => this.#over(error.code ?? error.message))
    socket.on('close', () => {
      this.#over('closed by the server')
      this.#closed.resolve()
    })
  }

  /** Why nothing more will come; undefined while the connection is good. */
  get end(): Error | undefined {
    return this.#end
  }

  /** Resolves when the socket is closed, by whomever. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** The opening (login.md 2.1). Gives the status of NtcLogin. */
  async open(data: Items<typeof ConnectionData.fields>): Promise<number> {
    const { sequence } = await this.#take(ReqConnection)
    this.sendFrame(encodeFrame(AnsConnection, sequence, { connectionData: data }))
    return (await this.next(NtcLogin)).status
  }

  /** Sends a request and waits for its answer, which carries the request's sequence and id. */
  async call<R extends AnyPacket, A extends AnyPacket>(
    request: R,
    body: Body<R>,
    answer: A,
  ): Promise<Body<A>> {
    if (this.#end) throw this.#end
    const sequence = this.#sequence.next()
    const { promise, resolve, reject } = Promise.withResolvers<Bytes>()
    this.#pending.set(sequence, { answer, give: resolve, fail: reject })
    this.sendFrame(encodeFrame(request, sequence, body))
    const payload = await this.#inTime(answer.name, promise, (error) => {
      this.#pending.delete(sequence)
      reject(error)
    })
    return decodeBody(answer, payload)
  }

  /** Sends what has no answer. */
  send<P extends AnyPacket>(spec: P, body: Body<P>): void {
    this.sendFrame(encodeFrame(spec, this.#sequence.next(), body))
  }

  /** Sends a whole frame. */
  sendFrame(frame: Bytes): void {
    const id = new DataView(frame.buffer, frame.byteOffset).getUint32(4)
    const sequence = new DataView(frame.buffer, frame.byteOffset).getUint16(2)
    this.#settings.onPassed?.({
      server: this.server,
      direction: 'out',
      spec: packetOf(id, 'client'),
      sequence,
      payload: frame.subarray(8),
    })
    this.sendRaw(frame)
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Bytes): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** The first notification of this kind that nobody has taken yet, now or when it comes. */
  async next<P extends AnyPacket>(spec: P, where?: (body: Body<P>) => boolean): Promise<Body<P>> {
    const { payload } = await this.#take(spec, where)
    return decodeBody(spec, payload)
  }

  /** Leaves in an orderly way: 2 goes on to the next server, 1 leaves online mode (login.md 2.4). */
  async leave(type: 1 | 2): Promise<void> {
    await this.call(ReqShut, { shutType: type }, AnsShut)
    this.#socket.end()
    await this.#inTime('end of connection', this.closed, () => this.kill())
  }

  /** Resolves when the server has ended the connection; NotInTime when it does not. */
  async gone(): Promise<void> {
    const late = Promise.withResolvers<never>()
    await this.#inTime('end of connection', Promise.race([this.closed, late.promise]), late.reject)
  }

  /** Vanishes without goodbye, by reset. */
  kill(): void {
    this.#over('killed')
    this.#socket.resetAndDestroy()
  }

  /** Vanishes without goodbye, by FIN. */
  hangUp(): void {
    this.#over('hung up')
    this.#socket.end()
  }

  #take<P extends AnyPacket>(spec: P, where?: (body: Body<P>) => boolean): Promise<Arrival> {
    const wants = (arrival: Arrival): boolean =>
      arrival.spec.id === spec.id && (!where || where(decodeBody(spec, arrival.payload)))
    let giveUp: ((error: Error) => void) | undefined
    const taken = this.inbox.take(wants, (fail) => {
      giveUp = fail
    })
    if (!giveUp) return taken
    const stop = giveUp
    if (this.#end) stop(this.#end)
    return this.#inTime(spec.name, taken, stop)
  }

  async #inTime<T>(awaited: string, promise: Promise<T>, giveUp: (error: Error) => void): Promise<T> {
    const { patience } = this.#settings
    const timer = setTimeout(() => giveUp(new NotInTime(this.server, awaited, patience)), patience)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
    }
  }

  #receive(chunk: Bytes): void {
    try {
      for (const frame of this.#splitter.push(chunk)) this.#handle(frame)
    } catch (error) {
      this.#over(error instanceof Error ? error.message : String(error))
      this.#socket.destroy()
    }
  }

  #handle({ id, sequence, payload: view }: Frame): void {
    const spec = packetOf(id, 'server')
    const payload = Uint8Array.from(view)
    this.#settings.onPassed?.({ server: this.server, direction: 'in', spec, sequence, payload })
    if (!spec || this.#answered(id, sequence, payload)) return
    switch (spec.id) {
      case ReqLineCheck.id:
        this.lineChecks += 1
        if (this.answersLineChecks) this.sendFrame(encodeFrame(AnsLineCheck, sequence, {}))
        return
      case ReqWarning.id:
        this.sendFrame(encodeFrame(AnsWarning, sequence, {}))
        break
      case ReqTicket2.id:
        this.sendFrame(encodeFrame(AnsTicket2, sequence, {}))
        break
      case NtcShut.id:
        this.#shut(payload)
        return
    }
    this.inbox.put({ spec, sequence, payload })
  }

  #answered(id: number, sequence: number, payload: Bytes): boolean {
    const pending = this.#pending.get(sequence)
    if (!pending) return false
    const refused = refusedAnswer(id)
    if ((refused?.id ?? id) !== pending.answer.id) return false
    this.#pending.delete(sequence)
    if (refused) {
      const spec = packetOf(id, 'server') as AnyPacket
      const text = (decodeBody(spec, payload) as { text: Bytes }).text
      pending.fail(new Refused(pending.answer.name, words(text)))
    } else pending.give(payload)
    return true
  }

  #shut(payload: Bytes): void {
    const { message } = decodeBody(NtcShut, payload)
    this.#fail(new ShutByServer(this.server, words(message)))
    this.#socket.end()
  }

  #over(reason: string): void {
    this.#fail(new ConnectionLost(this.server, reason))
  }

  #fail(error: Error): void {
    this.#end ??= error
    for (const { fail } of this.#pending.values()) fail(this.#end)
    this.#pending.clear()
    this.inbox.close(this.#end)
  }
}
