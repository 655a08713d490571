/**
 * One connection from the first byte to the last, the same on all four servers (login.md 2).
 *
 * The law: the server speaks first; the console introduces itself and only then asks; packets are
 * handled one at a time, in order; every request gets exactly one answer; a session is told of its
 * end once. What this console does wrong costs this connection alone.
 */
import {
  AnsConnection,
  type AnyPacket,
  type Body,
  type Bytes,
  decodeBody,
  encodeFrame,
  type Frame,
  FrameSplitter,
  messageText,
  NtcLogin,
  NtcShut,
  ProtocolError,
  packetName,
  ReqConnection,
  ReqLineCheck,
  refusalOf,
} from '../pat/index.ts'
import { answerTo, courtesies, isRequest } from './courtesies.ts'
import type { Call, Routes } from './handlers.ts'
import type { Ending, Peer } from './peer.ts'
import type { Clock, Line, Log } from './ports.ts'
import type { Opening, ServerKind } from './server-kind.ts'
import { defaultTiming, type Timing } from './timing.ts'
import { codeOf, words, wordsFor } from './words.ts'

/** Received bytes that may wait while a handler does; beyond it reading pauses. */
const largestInbox = 0x8000
/** Queued answers beyond which the console's next request waits until they have gone out. */
const answersInFlight = 0x10000
/** A console that leaves more than this unread is dropped: notices do not wait. */
const largestBacklog = 0x40000

/**
 * `greeting` until the hello is out, `opening` until AnsConnection came, `deciding` while the server
 * makes up its mind, `open` from NtcLogin on.
 */
type Phase = 'greeting' | 'opening' | 'deciding' | 'open' | 'ended'

/** Which packets of the console each phase takes. What arrives in `deciding` waits. */
const takes: Record<Phase, (id: number) => boolean> = {
  greeting: () => false,
  opening: (id) => id === AnsConnection.id,
  deciding: () => false,
  open: (id) => id !== AnsConnection.id,
  ended: () => false,
}

export interface ConversationParts<S> {
  readonly kind: ServerKind<S>
  readonly line: Line
  readonly clock: Clock
  readonly log: Log
  readonly timing?: Partial<Timing>
}

export class Conversation<S> implements Peer {
  readonly id: number
  log: Log
  readonly #kind: ServerKind<S>
  readonly #routes: Routes<S>
  readonly #line: Line
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #splitter = new FrameSplitter()
  #phase: Phase = 'greeting'
  #session: { readonly value: S } | undefined
  #ending: Ending | undefined

  #inbox: Bytes[] = []
  #inboxSize = 0
  #paused = false
  #busy = false

  #heardAt: number
  /** Each calls its timer off. */
  readonly #timers: Record<'hello' | 'lineCheck' | 'silence' | 'halfFrame', (() => void) | undefined>
  #framesTaken = 0

  constructor({ kind, line, clock, log, timing }: ConversationParts<S>) {
    this.id = line.id
    this.log = log.child({ connection: line.id, server: kind.name })
    this.#kind = kind
    this.#routes = kind.routes
    this.#line = line
    this.#clock = clock
    this.#timing = { ...defaultTiming, ...timing }
    this.#heardAt = clock.now()
    this.#timers = {
      hello: clock.after(this.#timing.helloMs, () => this.#greet()),
      lineCheck: undefined,
      silence: undefined,
      halfFrame: undefined,
    }
    this.#watchSilence()
  }

  get alive(): boolean {
    return this.#phase !== 'ended'
  }

  // What the host tells

  /** Bytes arrived. The buffer is the conversation's from now on. */
  receive(chunk: Bytes): void {
    if (!this.alive) return
    this.#heardAt = this.#clock.now()
    this.#inbox.push(chunk)
    this.#inboxSize += chunk.length
    this.#advance()
    if (this.alive && !this.#paused && this.#inboxSize > largestInbox) {
      this.#paused = true
      this.#line.pause()
    }
  }

  /** Everything that was queued has gone out. */
  drained(): void {
    this.#advance()
  }

  /** The peer has left, by FIN, by reset or by a fault of the line. */
  gone(): void {
    if (!this.alive) return
    this.#end('lost')
    this.#line.destroy()
  }

  // What handlers say

  send<P extends AnyPacket>(packet: P, sequence: number, body: Body<P>): void {
    if (this.alive) this.sendFrame(encodeFrame(packet, sequence, body))
  }

  sendFrame(frame: Bytes): void {
    if (!this.alive) return
    this.#line.write(frame)
    if (this.#line.backlog > largestBacklog) {
      this.log.info({ backlog: this.#line.backlog }, 'dropped: reads too slowly')
      this.#end('lost')
      this.#line.destroy()
    }
  }

  shut(text: string): void {
    this.send(NtcShut, 0, { hasMessage: 1, message: messageText(text) })
    this.close()
  }

  close(): void {
    this.leave('lost')
  }

  identify(ids: Readonly<Record<string, string | number>>): void {
    this.log = this.log.child(ids)
  }

  /** Ends the session in the given way and closes the line once what was sent is out. */
  leave(ending: Ending): void {
    if (!this.alive) return
    this.#end(ending)
    this.#line.end()
  }

  utcSeconds(): number {
    return this.#clock.utcSeconds()
  }

  // One packet after the other

  #advance(): void {
    while (this.alive && !this.#busy && this.#line.backlog <= answersInFlight) {
      let pending: Promise<void> | undefined
      try {
        const frame = this.#nextFrame()
        if (!frame) break
        pending = this.#dispatch(frame)
      } catch (error) {
        this.#broken(error)
        return
      }
      if (pending) this.#wait(pending)
    }
    if (this.alive) this.#watchHalfFrame()
    if (this.#paused && this.#inboxSize <= largestInbox) {
      this.#paused = false
      this.#line.resume()
    }
  }

  /** Holds the next packet back until `pending` has settled. */
  #wait(pending: Promise<void>): void {
    this.#busy = true
    const goOn = (): void => {
      this.#busy = false
      this.#advance()
    }
    pending.catch((error: unknown) => this.#broken(error)).then(goOn)
  }

  #nextFrame(): Frame | undefined {
    for (;;) {
      const frame = this.#splitter.take()
      if (frame) {
        this.#framesTaken++
        return frame
      }
      const chunk = this.#inbox.shift()
      if (!chunk) return undefined
      this.#inboxSize -= chunk.length
      this.#splitter.push(chunk)
    }
  }

  #dispatch(frame: Frame): Promise<void> | undefined {
    if (!takes[this.#phase](frame.id)) {
      throw new ProtocolError(packetName(frame.id, 'client'), `not taken in the phase ${this.#phase}`)
    }
    if (!this.#session) return this.#open(frame)
    const route = this.#routes.get(frame.id)
    if (!route) {
      courtesies(this, frame)
      return undefined
    }
    const body = decodeBody(route.packet, frame.payload)
    const call = new Request(this, this.#session.value, frame)
    let pending: void | Promise<void>
    try {
      pending = route.handle(call, body)
    } catch (error) {
      this.#failed(call, error)
      return undefined
    }
    if (pending instanceof Promise) {
      return pending.then(
        () => this.#settle(call),
        (error: unknown) => this.#failed(call, error),
      )
    }
    this.#settle(call)
    return undefined
  }

  /** No request is left unanswered, not even by a handler that forgot to. */
  #settle(call: Request<S>): void {
    if (call.answered || !this.alive || !isRequest(call.id)) return
    this.log.error({ packet: packetName(call.id, 'client') }, 'a handler left a request unanswered')
    this.#refuse(call, words.bug)
  }

  #failed(call: Request<S>, error: unknown): void {
    if (error instanceof ProtocolError) {
      this.#broken(error)
      return
    }
    const packet = packetName(call.id, 'client')
    const text = wordsFor(error)
    if (text === undefined) this.log.error({ err: error, packet }, 'a handler failed')
    else this.log.info({ reason: codeOf(error), packet }, 'refused')
    if (this.alive && !call.answered && isRequest(call.id)) this.#refuse(call, text ?? words.bug)
  }

  #refuse(call: Request<S>, text: string): void {
    if (this.#kind.refusal === 'shut') this.shut(text)
    else call.refuse(answerTo(call.id), text)
  }

  // The opening

  #greet(): void {
    this.#phase = 'opening'
    this.send(ReqConnection, 0, { unused: 0 })
    this.#timers.lineCheck = this.#clock.after(this.#timing.lineCheckMs, () => this.#checkLine())
  }

  #open(frame: Frame): Promise<void> | undefined {
    const { connectionData } = decodeBody(AnsConnection, frame.payload)
    this.#phase = 'deciding'
    let opening: Opening<S> | Promise<Opening<S>>
    try {
      opening = this.#kind.open(this, connectionData)
    } catch (error) {
      this.#turnedAway(error)
      return undefined
    }
    if (opening instanceof Promise) {
      return opening.then(
        (decided) => this.#decided(decided, frame.sequence),
        (error: unknown) => this.#turnedAway(error),
      )
    }
    this.#decided(opening, frame.sequence)
    return undefined
  }

  #decided(opening: Opening<S>, sequence: number): void {
    if ('refused' in opening) {
      this.shut(opening.refused)
      return
    }
    this.#session = { value: opening.session }
    if (this.#ending !== undefined) {
      this.#tellSession(this.#ending)
      return
    }
    this.#phase = 'open'
    this.send(NtcLogin, sequence, { status: opening.status })
  }

  #turnedAway(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.#broken(error)
      return
    }
    const text = wordsFor(error)
    if (text === undefined) this.log.error({ err: error }, 'the opening failed')
    else this.log.info({ reason: codeOf(error) }, 'turned away')
    this.shut(text ?? words.bug)
  }

  // The end

  #broken(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.log.info({ where: error.where, reason: error.reason }, 'the console broke the protocol')
      this.shut(words.protocol)
    } else {
      this.log.error({ err: error }, 'the conversation failed')
      this.shut(words.bug)
    }
  }

  #end(ending: Ending): void {
    this.#phase = 'ended'
    this.#ending = ending
    for (const callOff of Object.values(this.#timers)) callOff?.()
    this.#inbox = []
    this.#inboxSize = 0
    if (this.#paused) this.#line.resume()
    if (this.#session) this.#tellSession(ending)
  }

  #tellSession(ending: Ending): void {
    const session = this.#session
    if (!session) return
    queueMicrotask(() => {
      try {
        this.#kind.closed(session.value, ending, this)
      } catch (error) {
        this.log.error({ err: error }, 'ending a session failed')
      }
    })
  }

  // Time

  /** Every 30 s, whatever else is said: the client may leave without it (login.md 2.3). */
  #checkLine(): void {
    if (this.#phase === 'open') this.send(ReqLineCheck, 0, {})
    if (!this.alive) return
    this.#timers.lineCheck = this.#clock.after(this.#timing.lineCheckMs, () => this.#checkLine())
  }

  #watchSilence(): void {
    const left = this.#timing.silenceMs - (this.#clock.now() - this.#heardAt)
    if (left > 0) {
      this.#timers.silence = this.#clock.after(left, () => this.#watchSilence())
      return
    }
    this.log.info({}, 'dropped: silent')
    this.#end('lost')
    this.#line.destroy()
  }

  #watchHalfFrame(): void {
    if (this.#splitter.pending > 0) {
      this.#timers.halfFrame ??= this.#giveHalfFrameTime()
      return
    }
    this.#timers.halfFrame?.()
    this.#timers.halfFrame = undefined
  }

  #giveHalfFrameTime(): () => void {
    const taken = this.#framesTaken
    return this.#clock.after(this.#timing.halfFrameMs, () => {
      // Another frame has begun since, or the rest is here and waits for a handler: that is no fault.
      if (this.#framesTaken !== taken || this.#busy || this.#inboxSize > 0) {
        this.#timers.halfFrame = this.#giveHalfFrameTime()
        return
      }
      this.#broken(new ProtocolError('frame', 'began and did not end in time'))
    })
  }
}

/** One packet of this connection, and whether it has been answered. */
class Request<S> implements Call<S> {
  readonly peer: Peer
  readonly session: S
  readonly sequence: number
  readonly id: number
  answered = false

  constructor(peer: Peer, session: S, frame: Frame) {
    this.peer = peer
    this.session = session
    this.sequence = frame.sequence
    this.id = frame.id
  }

  reply<P extends AnyPacket>(answer: P, body: Body<P>): void {
    this.peer.send(answer, this.sequence, body)
    this.answered = true
  }

  refuse(answer: AnyPacket, text: string): void {
    this.reply(refusalOf(answer), { show: 1, text: messageText(text) })
  }
}
