/** The promises of shared state, each looked for in a recorded history by itself. */
import type { Answer, Granted, History, Kept, Operation, PlayerCall } from './history.ts'
import { findStuck, type Stuck } from './linearizable.ts'
import { nodeModel, playerModel } from './models.ts'

type Promised =
  | 'fences only rise'
  | 'no acknowledged write is lost'
  | 'nothing is done twice'
  | 'no write by a fenced holder'
  | 'at most one live lease'
  | 'no life beyond the lease'
  | 'one start of a node at a time'
  | 'reads are linearizable'

export interface Violation {
  readonly promise: Promised
  readonly key: string
  readonly words: string
}

type Call = Operation<PlayerCall>
type Of<K extends PlayerCall['kind']> = Call & { readonly call: Extract<PlayerCall, { kind: K }> }

/** Every promise that the history breaks. */
export function judge(history: History): readonly Violation[] {
  const violations: Violation[] = []
  for (const [key, calls] of byKey(history.players)) {
    const broken = (promise: Promised, words: string) => violations.push({ promise, key, words })
    const kept = history.kept.get(key) ?? []
    const granted = history.granted.get(key) ?? []
    fencesRise(calls, granted, broken)
    writesAreKept(calls, kept, broken)
    noFencedWrites(calls, broken)
    oneLease(calls, granted, broken)
    noLifeBeyond(calls, history, broken)
    if (!violations.some((one) => one.key === key && one.promise === 'nothing is done twice'))
      inOneOrder(calls, kept, granted, broken)
  }
  for (const [key, calls] of byKey(history.nodes)) {
    const stuck = findStuck(nodeModel, calls)
    if (stuck) violations.push({ promise: 'one start of a node at a time', key, words: wordsOf(stuck) })
  }
  return violations
}

type Broken = (promise: Promised, words: string) => void

function fencesRise(calls: readonly Call[], granted: readonly Granted[], broken: Broken): void {
  const stays = granted.find(({ fence }, index) => index > 0 && fence <= (granted[index - 1]?.fence ?? 0))
  if (stays)
    broken('fences only rise', `claim ${stays.attempt} got fence ${stays.fence}, which was there already`)
  const claims = doneOf(calls, 'claim').sort((a, b) => fenceOf(a) - fenceOf(b))
  for (const [index, claim] of claims.entries()) {
    const next = claims[index + 1]
    if (!next) break
    if (fenceOf(next) === fenceOf(claim))
      broken('fences only rise', `fence ${fenceOf(claim)} was given twice: ${say(claim)}; ${say(next)}`)
    else if (next.end < claim.start)
      broken('fences only rise', `a later claim got a lower fence: ${say(next)}; then ${say(claim)}`)
  }
}

function writesAreKept(calls: readonly Call[], kept: readonly Kept[], broken: Broken) {
  const versions = new Map(kept.map(({ version, value }) => [value, version]))
  const writes = doneOf(calls, 'write')
  const twice = kept.find(({ version, value }) => versions.get(value) !== version)
  if (twice)
    broken('nothing is done twice', `version ${twice.version} is kept again as ${versions.get(twice.value)}`)
  for (const write of writes) {
    if (!versions.has(write.call.value))
      broken('no acknowledged write is lost', `acknowledged, and not among those kept: ${say(write)}`)
  }
  const last = kept.at(-1)
  const versionOf = (write: Of<'write'>) => versions.get(write.call.value) ?? 0
  const inOrder = writes.filter(versionOf).sort((a, b) => versionOf(a) - versionOf(b))
  let latestStart: Of<'write'> | undefined
  for (const write of inOrder) {
    if (latestStart && write.end < latestStart.start)
      broken(
        'no acknowledged write is lost',
        `overwritten by an older one: ${say(write)} lies over ${say(latestStart)}`,
      )
    if (!latestStart || write.start > latestStart.start) latestStart = write
  }
  for (const read of doneOf(calls, 'read')) {
    const record = answerOf(read, 'record')
    const older = inOrder.findLast((write) => write.end < read.start)
    if (record && older && record.version < versionOf(older))
      broken(
        'no acknowledged write is lost',
        `${say(read)} came after ${say(older)} of version ${versionOf(older)}`,
      )
  }
  const gap = kept.find(({ version }, index) => index > 0 && version !== (kept[index - 1]?.version ?? 0) + 1)
  if (gap)
    broken(
      'no acknowledged write is lost',
      `of ${last?.version} versions, the one before ${gap.version} is not kept`,
    )
}

function noFencedWrites(calls: readonly Call[], broken: Broken): void {
  const claims = doneOf(calls, 'claim')
  for (const write of doneOf(calls, 'write')) {
    const newer = claims.find((claim) => fenceOf(claim) > write.call.fence && claim.end < write.start)
    if (newer) broken('no write by a fenced holder', `${say(write)} was accepted after ${say(newer)}`)
  }
}

/** What only a live holder could have done, or been shown as: without the values that were written. */
function oneLease(calls: readonly Call[], granted: readonly Granted[], broken: Broken): void {
  const ofLeases = whatWasDone(calls, [], granted)
    .filter(({ call }) => call.kind !== 'read' && call.kind !== 'write')
    .map((operation) => {
      const claimed = answerOf(operation, 'claimed')
      return claimed
        ? { ...operation, outcome: { is: 'done', answer: { ...claimed, value: 0 } } as const }
        : operation
    })
  const stuck = findStuck(playerModel({ first: 0, versions: new Map(), fences: fencesOf(granted) }), ofLeases)
  if (stuck) broken('at most one live lease', wordsOf(stuck))
}

/** For a call that never came back: central works on it for so long at most. */
const lostAtMostMs = 10_000

function noLifeBeyond(calls: readonly Call[], { nodes, leaseMs }: History, broken: Broken): void {
  for (const see of doneOf(calls, 'see')) {
    const node = answerOf(see, 'seen')?.node
    if (!node) continue
    const ends = nodes
      .filter(({ key, outcome, start }) => key === node && outcome.is !== 'refused' && start < see.end)
      .map(({ start, end, outcome }) => (outcome.is === 'unknown' ? start + lostAtMostMs : end) + leaseMs)
    const until = Math.max(0, ...ends)
    if (until < see.start)
      broken(
        'no life beyond the lease',
        `${say(see)}: ${Math.round(see.start - until)} ms after its lease was over`,
      )
  }
}

function inOneOrder(
  calls: readonly Call[],
  kept: readonly Kept[],
  granted: readonly Granted[],
  broken: Broken,
) {
  const first = Math.min(...kept.map(({ version }) => version))
  const model = playerModel({
    first: Number.isFinite(first) ? first : 1,
    versions: new Map(kept.map(({ value, version }) => [value, version])),
    fences: fencesOf(granted),
  })
  const stuck = findStuck(model, whatWasDone(calls, kept, granted))
  if (stuck) broken('reads are linearizable', wordsOf(stuck))
}

/** A write without an answer was done if it is kept, and only then; a claim if it is noted. */
function whatWasDone(
  calls: readonly Call[],
  kept: readonly Kept[],
  granted: readonly Granted[],
): readonly Call[] {
  const values = new Set(kept.map(({ value }) => value))
  const fences = fencesOf(granted)
  return calls.filter(({ call, outcome }) => {
    if (outcome.is !== 'unknown') return true
    if (call.kind === 'write') return values.has(call.value)
    return call.kind !== 'claim' || fences.has(call.attempt)
  })
}

function fencesOf(granted: readonly Granted[]): ReadonlyMap<string, number> {
  return new Map(granted.map(({ attempt, fence }) => [attempt, fence]))
}

function byKey<C>(operations: readonly Operation<C>[]): ReadonlyMap<string, readonly Operation<C>[]> {
  return Map.groupBy(operations, ({ key }) => key)
}

function doneOf<K extends PlayerCall['kind']>(calls: readonly Call[], kind: K): Of<K>[] {
  return calls.filter(
    (operation): operation is Of<K> => operation.call.kind === kind && operation.outcome.is === 'done',
  )
}

function answerOf<K extends Answer['kind']>({ outcome }: Call, kind: K): Extract<Answer, { kind: K }> | null {
  const answer = outcome.is === 'done' ? outcome.answer : null
  return answer?.kind === kind ? (answer as Extract<Answer, { kind: K }>) : null
}

const fenceOf = (claim: Call) => answerOf(claim, 'claimed')?.fence ?? 0

function wordsOf<C>({ operation, states }: Stuck<C>): string {
  return `${say(operation)} fits no order; possible before it: ${states.join(' / ')}`
}

function say({ client, call, outcome, start, end }: Operation<unknown>): string {
  return `${client} ${JSON.stringify(call)} ${JSON.stringify(outcome)} at ${start.toFixed(1)} to ${end.toFixed(1)}`
}
