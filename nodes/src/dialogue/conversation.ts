/**
 * One connection from the first byte to the last, the same on all four servers (login.md 2).
 *
 * The law: the server speaks first; the console introduces itself and only then asks; packets are
 * handled one at a time, in order; every request gets exactly one answer; a session is told of its
 * end once. What this console does wrong costs this connection alone.
 */
import { Trace } from '../central/index.ts'
import { audienceOf, type Encode, encodeFor } from '../content/index.ts'
import {
  AnsConnection,
  type AnyPacket,
  type Body,
  type Bytes,
  decodeBody,
  encodeFrame,
  type Frame,
  latin1,
  messageText,
  NtcLogin,
  NtcShut,
  noBytes,
  ProtocolError,
  packetName,
  ReqConnection,
  ReqLineCheck,
} from '../pat/index.ts'
import { answerTo, courtesies, isRequest } from './courtesies.ts'
import { Inbox } from './inbox.ts'
import { Pace } from './pace.ts'
import type { Ending, Peer, Worth } from './peer.ts'
import type { Clock, Line, Log } from './ports.ts'
import { Request } from './request.ts'
import type { Opening, ServerKind } from './server-kind.ts'
import type { Timing } from './timing.ts'
import { Watch } from './watch.ts'
import { codeOf, words, wordsFor } from './words.ts'

/** Received bytes that may wait while a handler does; beyond it reading pauses. */
const largestInbox = 0x8000
/** Queued answers beyond which the console's next request waits until they have gone out. */
const answersInFlight = 0x10000
/**
 * Unread bytes beyond which a console is sent no more of a kind; beyond the last it is dropped, for the
 * others' notices do not wait.
 */
const largestBacklog: Record<Worth, number> = { position: 0x8000, chat: 0x20000, state: 0x40000 }
/** Packets that a console may send at once, and a second: a multiple of what a busy game sends. */
const packetPace = { burst: 3000, perSecond: 1000 }
/** How long a console rests that sends faster. */
const restMs = 100

/**
 * `greeting` until the hello is out, `opening` until AnsConnection came, `deciding` while the server
 * makes up its mind, `open` from NtcLogin on.
 */
type Phase = 'greeting' | 'opening' | 'deciding' | 'open' | 'ended'

/** Which packets of the console each phase takes. What arrives in `greeting` and `deciding` waits. */
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
  /** Somebody else has greeted the console on this connection: it is the console's turn. */
  readonly greeted?: boolean
}

export class Conversation<S> implements Peer {
  readonly id: number
  readonly #kind: ServerKind<S>
  readonly #hostLog: Log
  #ids: Readonly<Record<string, string | number>>
  /** Made when there is something to say: most connections say nothing. */
  #log: Log | undefined
  readonly #line: Line
  readonly #clock: Clock
  readonly #inbox = new Inbox()
  readonly #watch: Watch
  #phase: Phase = 'greeting'
  #session: { readonly value: S } | undefined
  #ending: Ending | undefined
  /** From a text to the bytes that this console shows; until it has introduced itself nothing but ASCII is said. */
  #encode: Encode = encodeFor('en')
  /** Reading has been stopped: too much waits. */
  #paused = false
  /** A handler waits for something. */
  #busy = false
  /** Packets wait until what was sent has gone out. */
  #held = false
  readonly #pace: Pace
  /** Calls off the end of a rest. */
  #resting: (() => void) | undefined
  #restedOnce = false

  constructor({ kind, line, clock, log, timing, greeted = false }: ConversationParts<S>) {
    this.id = line.id
    this.#hostLog = log
    this.#ids = { connection: line.id, server: kind.name }
    this.#kind = kind
    this.#line = line
    this.#clock = clock
    this.#pace = new Pace(clock.now(), packetPace)
    if (greeted) this.#phase = 'opening'
    this.#watch = new Watch(clock, timing, {
      greet: () => (greeted ? undefined : this.#greet()),
      checkLine: () => this.#checkLine(),
      silent: () => this.#giveUp(),
      halfFrame: () => this.#broken(new ProtocolError('frame', 'began and did not end in time')),
    })
  }

  get log(): Log {
    this.#log ??= this.#hostLog.child(this.#ids)
    return this.#log
  }

  get source(): string | null {
    return this.#line.source ?? null
  }

  get alive(): boolean {
    return this.#phase !== 'ended'
  }

  // What the host tells

  /** Bytes arrived. The buffer is the conversation's from now on. */
  receive(chunk: Bytes): void {
    if (!this.alive) return
    this.#watch.heard()
    this.#inbox.push(chunk)
    this.#advance()
    if (this.#paused || this.#inbox.size <= largestInbox) return
    this.#paused = true
    this.#line.pause()
  }

  /** Everything that was queued has gone out. */
  drained(): void {
    if (this.#held) this.#advance()
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

  sendFrame(frame: Bytes, worth: Worth = 'state'): void {
    if (!this.alive) return
    if (worth !== 'state' && this.#line.backlog > largestBacklog[worth]) return
    this.#line.write(frame)
    if (this.#line.backlog > largestBacklog.state) this.#drop('reads too slowly')
  }

  shut(text: string): void {
    // An operator's words may be in any script. Shift-JIS takes no more bytes than UTF-8: the limit holds in both.
    const message = this.#encode(new TextDecoder().decode(messageText(text)))
    this.send(NtcShut, 0, { hasMessage: 1, message })
    this.close()
  }

  close(): void {
    this.leave('lost')
  }

  identify(ids: Readonly<Record<string, string | number>>): void {
    this.#ids = { ...this.#ids, ...ids }
    this.#log = undefined
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

  /** The next packet may be taken: who speaks before the hello waits for it. */
  get #ready(): boolean {
    if (!this.alive || this.#busy || this.#resting || this.#phase === 'greeting') return false
    return this.#line.backlog <= answersInFlight
  }

  #advance(): void {
    while (this.#ready) {
      let pending: Promise<void> | undefined
      try {
        const frame = this.#inbox.take()
        if (!frame) break
        pending = this.#dispatch(frame)
        if (!this.#pace.take(this.#clock.now())) this.#rest()
      } catch (error) {
        this.#broken(error)
        return
      }
      if (pending) this.#wait(pending)
    }
    if (!this.alive) return
    this.#held = this.#line.backlog > answersInFlight
    this.#watch.frame(this.#inbox.holdsHalfFrame, () => this.#inbox.taken)
    if (this.#inbox.size <= largestInbox) this.#resume()
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

  /** Sends too fast: its next packet waits, and in the end its own sending. */
  #rest(): void {
    if (!this.alive) return
    if (!this.#restedOnce) this.log.info({}, 'sends too fast: slowed down')
    this.#restedOnce = true
    this.#resting = this.#clock.after(restMs, () => {
      this.#resting = undefined
      this.#advance()
    })
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#line.resume()
  }

  #dispatch(frame: Frame): Promise<void> | undefined {
    if (!takes[this.#phase](frame.id)) {
      throw new ProtocolError(packetName(frame.id, 'client'), `not taken in the phase ${this.#phase}`)
    }
    if (!this.#session) return this.#open(frame)
    const route = this.#kind.routes.get(frame.id)
    if (!route) {
      courtesies(this, frame)
      return undefined
    }
    const body = decodeBody(route.packet, frame.payload)
    const call = new Request(this, this.#session.value, frame)
    const trace = new Trace()
    let pending: void | Promise<void>
    try {
      pending = trace.run(() => route.handle(call, body))
    } catch (error) {
      this.#failed(call, error, trace)
      return undefined
    }
    if (pending instanceof Promise) {
      return pending.then(
        () => this.#settle(call, trace),
        (error: unknown) => this.#failed(call, error, trace),
      )
    }
    this.#settle(call, trace)
    return undefined
  }

  /** No request is left unanswered, not even by a handler that forgot to. */
  #settle(call: Request<S>, trace: Trace): void {
    this.#asked(packetName(call.id, 'client'), trace)
    if (call.answered || !this.alive || !isRequest(call.id)) return
    this.log.error({ packet: packetName(call.id, 'client') }, 'a handler left a request unanswered')
    this.#refuse(call, words.bug)
  }

  #failed(call: Request<S>, error: unknown, trace: Trace): void {
    if (error instanceof ProtocolError) {
      this.#broken(error)
      return
    }
    const packet = packetName(call.id, 'client')
    const text = wordsFor(error)
    if (text === undefined) this.log.error({ err: error, packet, ...trace.field }, 'a handler failed')
    else this.log.info({ reason: codeOf(error), packet, ...trace.field }, 'refused')
    if (this.alive && !call.answered && isRequest(call.id)) this.#refuse(call, text ?? words.bug)
  }

  /** The same trace is in central's log, with what it was asked. */
  #asked(packet: string, { field }: Trace): void {
    if (field.trace === undefined || !this.#hostLog.isLevelEnabled('debug')) return
    this.log.debug({ packet, ...field }, 'central was asked')
  }

  #refuse(call: Request<S>, text: string): void {
    if (this.#kind.refusal === 'shut') this.shut(text)
    else call.refuse(answerTo(call.id), text)
  }

  // The opening

  #greet(): void {
    this.#phase = 'opening'
    this.send(ReqConnection, 0, { unused: 0 })
    this.#advance()
  }

  #checkLine(): void {
    if (this.#phase === 'open') this.send(ReqLineCheck, 0, {})
  }

  #open(frame: Frame): Promise<void> | undefined {
    const { connectionData } = decodeBody(AnsConnection, frame.payload)
    const mediaVersion = latin1(connectionData.get('mediaVersion') ?? noBytes)
    this.#encode = encodeFor(audienceOf(mediaVersion, connectionData.get('languageCode')).language)
    this.#phase = 'deciding'
    const trace = new Trace()
    let opening: Opening<S> | Promise<Opening<S>>
    try {
      opening = trace.run(() => this.#kind.open(this, connectionData))
    } catch (error) {
      this.#turnedAway(error, trace)
      return undefined
    }
    if (opening instanceof Promise) {
      return opening.then(
        (decided) => {
          this.#asked(AnsConnection.name, trace)
          this.#decided(decided, frame.sequence)
        },
        (error: unknown) => this.#turnedAway(error, trace),
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

  #turnedAway(error: unknown, trace: Trace): void {
    if (error instanceof ProtocolError) {
      this.#broken(error)
      return
    }
    const text = wordsFor(error)
    if (text === undefined) this.log.error({ err: error, ...trace.field }, 'the opening failed')
    else this.log.info({ reason: codeOf(error), ...trace.field }, 'turned away')
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

  /** A console that has gone silent: it may still hear why (game.md 3.13). A stranger is told nothing. */
  #giveUp(): void {
    if (!this.#session) {
      this.#drop('silent')
      return
    }
    this.log.info({}, 'silent for too long')
    this.shut(words.silent)
  }

  #drop(why: string): void {
    this.log.info({ backlog: this.#line.backlog }, `dropped: ${why}`)
    this.#end('lost')
    this.#line.destroy()
  }

  #end(ending: Ending): void {
    this.#phase = 'ended'
    this.#ending = ending
    this.#watch.stop()
    this.#resting?.()
    this.#inbox.clear()
    // What still comes is read into nothing, so that the peer's leaving is noticed.
    this.#resume()
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
}
