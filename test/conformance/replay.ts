/** Replays a recording against a node, step by step, and tells where the node differs. */
import type { Address } from '../src/console/index.ts'
import { Bindings } from './bindings.ts'
import { cameAs, compareFrames, type Difference, isCompared } from './compare.ts'
import { type Addresses, type Patience, Player } from './player.ts'
import { type Recorded, type RecordedFrame, sendersOf, type Transcript } from './transcript.ts'

export interface ReplayOptions {
  readonly transcript: Transcript
  /** Plain TCP. */
  readonly opn: Address
  readonly patience?: Patience
  /** Recorded frames that this node is known not to send: nobody waits for them. */
  readonly notSent?: (step: string, client: string) => number
}

/** How much of a step is waited for. */
type NotSent = NonNullable<ReplayOptions['notSent']>

const usual: Patience = { normal: 3_000, slow: 90_000 }

export async function replay({
  transcript,
  opn,
  patience = usual,
  notSent = () => 0,
}: ReplayOptions): Promise<Difference[]> {
  const bindings = new Bindings(transcript.dynamic)
  const addresses: Addresses = new Map([['opn', opn]])
  const players = new Map(
    Object.keys(transcript.clients).map((client) => [client, new Player(bindings, addresses, patience)]),
  )
  try {
    const differences: Difference[] = []
    for (const step of transcript.steps) {
      await playStep(transcript, step, players, notSent)
      differences.push(...compareStep(transcript, step, players, bindings))
    }
    return differences
  } finally {
    for (const player of players.values()) player.end()
  }
}

type Players = ReadonlyMap<string, Player>

/** One client after the other, each until it has what it was to get, and everybody has what that caused. */
async function playStep(
  transcript: Transcript,
  step: string,
  players: Players,
  notSent: NotSent,
): Promise<void> {
  for (const [client, player] of players) {
    const events = eventsOf(transcript, client, step)
    if (diesSilently(events)) player.playDead()
    for (const [index, event] of events.entries()) await player.play(event, events.slice(index + 1))
    if (!events.some(({ dir }) => dir !== 'in')) continue
    for (const [other, each] of players) {
      await each.arrivals(expected(transcript, step, client, other) - notSent(step, other))
      await each.drain()
    }
  }
  for (const [client, player] of players) {
    await player.arrivals(incoming(eventsOf(transcript, client, step)).length - notSent(step, client))
    await player.drain()
  }
}

/** How many frames `other` has received when `actor` has finished, as far as the recording tells. */
function expected(transcript: Transcript, step: string, actor: string, other: string): number {
  const clients = Object.keys(transcript.clients)
  const events = eventsOf(transcript, other, step)
  const hasItsTurnLater =
    clients.indexOf(other) > clients.indexOf(actor) && events.some(({ dir }) => dir !== 'in')
  return hasItsTurnLater ? 0 : incoming(events).length
}

function eventsOf(transcript: Transcript, client: string, step: string): readonly Recorded[] {
  return (transcript.clients[client] ?? []).filter((event) => event.step === step)
}

/** A client that got a line check and never answered it. */
function diesSilently(events: readonly Recorded[]): boolean {
  const asked = events.some((event) => event.dir === 'in' && event.name === 'ReqLineCheck')
  return asked && !events.some((event) => event.dir === 'out' && event.name === 'AnsLineCheck')
}

function incoming(events: readonly Recorded[]): readonly RecordedFrame[] {
  return events.filter((event): event is RecordedFrame => event.dir === 'in' && isCompared(cameAs(event)))
}

function compareStep(
  transcript: Transcript,
  step: string,
  players: Players,
  bindings: Bindings,
): Difference[] {
  const senders = sendersOf(transcript, step)
  const severalLogIn = senders.length > 1 && /log-?in/i.test(step)
  return [...players].flatMap(([client, player]) => {
    const context = { scenario: transcript.scenario, step, client, bindings, severalLogIn }
    const events = eventsOf(transcript, client, step)
    const came = player.takeCame()
    const alone = senders.length === 1 && senders[0] === client
    const differences = compareFrames(context, incoming(events).map(cameAs), came, alone)
    return [...differences, ...compareEnd(context, events, player)]
  })
}

function compareEnd(
  { scenario, step, client }: { scenario: string; step: string; client: string },
  events: readonly Recorded[],
  player: Player,
): Difference[] {
  const last = events.at(-1)
  if (!last) return []
  const expected = last.dir === 'close' ? 'closed' : 'open'
  const got = player.open ? 'open' : 'closed'
  return expected === got
    ? []
    : [{ scenario, step, client, packet: 'connection', field: 'close', expected, got }]
}
