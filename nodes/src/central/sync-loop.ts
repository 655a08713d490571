/**
 * The one regular call of a node (shared-state.md, "Sync"; docs/decisions/0052-the-sync-loop.md).
 *
 * Two calls are under way at most: one that central holds while there is nothing to say, and one that says something.
 * A call that speaks goes out with a higher number, which makes central end the held one; it asks for an answer at
 * once, and the next one speaks no sooner than a window later, so that no player's event costs a request of its own.
 */
import { type Input, type Output, Problem, syncNode } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { isTrusted, type Lease, renewedLease } from './lease.ts'
import { backOffMs, dueAt, type Pace } from './pace.ts'

export type SyncAnswer = Output<typeof syncNode>

/** What one call says, besides its number. */
export type Speech = Omit<Input<typeof syncNode>['body'], 'epoch' | 'number' | 'holdMs'>

/** Where the calls get their words from. */
export interface Voice {
  /** Something waits to be told. */
  hasNews(): boolean
  /** Takes what the next call says; `news` says that it is one that speaks. */
  draw(news: boolean): Speech
  /** The call never got an answer: what it carried waits again. */
  putBack(speech: Speech): void
}

/**
 * `superseded`: a newer start of this node has taken over; this one must stop serving. `unknown`:
 * central does not know this epoch (any more): register again. `banned`: an operator has shut this node out.
 * `stranger`: central has not known the node's key for longer than its lease lasts.
 */
export type SyncEnd = 'superseded' | 'unknown' | 'banned' | 'stranger'

export interface SyncOptions {
  readonly call: Call
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly epoch: number
  readonly lease: Lease
  /** How long central may hold a call. */
  readonly holdMs: number
  readonly voice: Voice
  /** Called with every answer that is newer than those before it, and what the call had said. */
  readonly onAnswer: (answer: SyncAnswer, said: Speech) => void
  /** A call that spoke for this node was not taken. */
  readonly onSilence?: () => void
  /** Called once; no call is made after it. */
  readonly onEnd: (why: SyncEnd) => void
}

export interface SyncLoop {
  /** There is something to say. */
  poke(): void
  /** Tells what is left within `deadlineMs`, then ends. Resolves to whether everything was told. */
  stop(deadlineMs: number): Promise<boolean>
  /** Ends without another word. */
  abandon(): void
}

interface Flight {
  readonly number: number
  readonly sentAt: number
  readonly speech: Speech
  readonly abort: AbortController
}

/** Events of one moment go together. */
const settleMs = 5
/** For central's answer, on top of the time for which it may hold the call. */
const answerMs = 10_000
const never = Number.NEGATIVE_INFINITY

export function startSync(options: SyncOptions): SyncLoop {
  const { clock, voice, log, epoch } = options
  let lastNumber = 0
  let applied = 0
  let lease = options.lease
  let leaseReported = false
  let failures = 0
  let pace: Pace = { sentAt: never, spokeAt: never, nextSyncMs: 0, notBefore: never }
  let speaking: Flight | null = null
  let holding: Flight | null = null
  /** A held call whose end central has been told of by a newer one; it may still come home. */
  let lingering: Flight | null = null
  let timer: { readonly at: number; readonly cancel: () => void } | null = null
  let stopping: ((everything: boolean) => void) | null = null
  let ended = false

  function arm(at: number): void {
    if (ended || (timer && timer.at <= at)) return
    timer?.cancel()
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      timer = null
      evaluate()
    })
    timer = { at, cancel }
  }

  function evaluate(): void {
    if (ended || speaking) return
    const news = voice.hasNews()
    if (!news && stopping) {
      end()
    } else if (news || !holding) {
      const at = dueAt(pace, news)
      if (at > clock.now()) arm(at)
      else send(news)
    }
  }

  function send(news: boolean): void {
    const flight = {
      number: ++lastNumber,
      sentAt: clock.now(),
      speech: voice.draw(news),
      abort: new AbortController(),
    }
    if (news) speaking = flight
    else holding = flight
    pace = { ...pace, sentAt: flight.sentAt, spokeAt: news ? flight.sentAt : pace.spokeAt }
    const holdMs = news ? 0 : options.holdMs
    const body = { epoch, number: flight.number, heard: applied, holdMs, ...flight.speech }
    const how = { deadlineMs: holdMs + answerMs, signal: flight.abort.signal, repeat: false }
    options
      .call(syncNode, { body }, how)
      .then(
        (answer) => answered(flight, answer),
        (error: unknown) => failed(flight, error),
      )
      .finally(evaluate)
  }

  function landed(flight: Flight): void {
    if (speaking === flight) speaking = null
    if (holding === flight) holding = null
    if (lingering === flight) lingering = null
  }

  function answered(flight: Flight, answer: SyncAnswer): void {
    landed(flight)
    if (ended) return
    lease = renewedLease(lease, flight.sentAt, answer.leaseMs)
    if (flight.number < applied) return
    applied = flight.number
    if (failures > 0) log.info({ number: flight.number, failures }, 'central answers again')
    failures = 0
    leaseReported = false
    pace = { ...pace, nextSyncMs: answer.nextSyncMs, notBefore: never }
    if (holding && holding.number < applied) linger(holding)
    options.onAnswer(answer, flight.speech)
  }

  /** Central ends it by itself. One that does not come home is dropped when the next one lingers. */
  function linger(flight: Flight): void {
    lingering?.abort.abort()
    lingering = flight
    holding = null
  }

  function failed(flight: Flight, error: unknown): void {
    landed(flight)
    if (ended) return
    voice.putBack(flight.speech)
    const code = error instanceof Problem ? error.code : null
    if (code === 'epoch_superseded') {
      end('superseded')
    } else if (code === 'node_banned') {
      end('banned')
    } else if (code === 'incarnation_changed') {
      end('unknown')
    } else if (code === 'unauthorized' && !isTrusted(lease, clock.now())) {
      end('stranger')
    } else if (flight.number === lastNumber) {
      backOff(error, code)
    }
    // Else a newer call is under way or has been answered: it speaks for this node.
  }

  function backOff(error: unknown, code: string | null): void {
    failures++
    // A refusal is an answer all the same.
    if (!(error instanceof Problem) || error.status >= 500) options.onSilence?.()
    const waitMs = backOffMs(failures, options.random())
    pace = { ...pace, notBefore: clock.now() + waitMs }
    report(error, code, waitMs)
  }

  function report(error: unknown, code: string | null, waitMs: number): void {
    const line = {
      failures,
      waitMs: Math.round(waitMs),
      code,
      errors: error instanceof Problem ? error.errors : undefined,
    }
    if (failures === 1)
      log.warn({ ...line, reason: String(error) }, 'central did not take a sync: trying again')
    else log.debug({ ...line, reason: String(error) }, 'central still does not take a sync')
    if (leaseReported || isTrusted(lease, clock.now())) return
    leaseReported = true
    log.error('the lease of this node has run out: players play on, but may be taken over elsewhere')
  }

  function end(why?: SyncEnd): void {
    if (ended) return
    ended = true
    timer?.cancel()
    for (const flight of [speaking, holding, lingering]) flight?.abort.abort()
    stopping?.(why === undefined && !voice.hasNews())
    if (why) options.onEnd(why)
  }

  evaluate()

  return {
    poke: () => arm(Math.max(clock.now() + settleMs, dueAt(pace, true))),
    stop(deadlineMs) {
      if (ended) return Promise.resolve(!voice.hasNews())
      return new Promise((resolve) => {
        const cancel = clock.after(deadlineMs, () => {
          if (speaking) voice.putBack(speaking.speech)
          end()
        })
        stopping = (everything) => {
          cancel()
          resolve(everything)
        }
        evaluate()
      })
    },
    abandon: () => end(),
  }
}
