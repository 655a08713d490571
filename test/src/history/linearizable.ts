/**
 * Is there an order of the operations, each at one moment between its call and its answer, in which a model that
 * does one thing after the other would have given the same answers? Just-in-time search: the history is gone
 * through event by event with the set of all states that are still possible, each with those open calls that have
 * taken effect in it. Where an answer leaves none, the history has no such order.
 */
import type { Operation } from './history.ts'

export interface Model<C, S> {
  readonly initial: S
  /** Every state after the operation; none when the model could not have answered so. */
  step(state: S, operation: Operation<C>): readonly S[]
  /** It leaves every state as it is, in which it can be answered so. */
  isPassive(operation: Operation<C>): boolean
  /** Equal states have equal texts. */
  text(state: S): string
}

export interface Stuck<C> {
  /** Its answer fits no order. */
  readonly operation: Operation<C>
  /** What was possible just before, as texts; a few of them. */
  readonly states: readonly string[]
}

interface Configuration<S> {
  readonly state: S
  /** Open calls that have taken effect, by their number; ascending. */
  readonly done: readonly number[]
}

/** Ample for a dozen clients; more means that the model decides too little. */
const configurationsAtMost = 200_000

/** Null when the history is linearizable. Throws when it cannot be decided within bounds. */
export function findStuck<C, S>(model: Model<C, S>, operations: readonly Operation<C>[]): Stuck<C> | null {
  const events = operations
    .flatMap((operation, index) => [
      { at: operation.start, index, isAnswer: false },
      ...(operation.end === Number.POSITIVE_INFINITY ? [] : [{ at: operation.end, index, isAnswer: true }]),
    ])
    // At the same moment the calls come first: they may have overlapped.
    .sort((a, b) => a.at - b.at || Number(a.isAnswer) - Number(b.isAnswer))
  const open = new Set<number>()
  const earlier = earlierTwins(operations)
  let possible: Configuration<S>[] = [{ state: model.initial, done: [] }]
  for (const { index, isAnswer } of events) {
    const operation = operations[index]
    if (!operation) continue
    if (!isAnswer) {
      open.add(index)
      continue
    }
    const before = possible
    possible = afterAnswer(model, operations, earlier, open, before, index)
    open.delete(index)
    if (possible.length === 0) {
      const states = [...new Set(before.map(({ state }) => model.text(state)))].slice(0, 5)
      return { operation, states }
    }
  }
  return null
}

/**
 * Of each call without an answer, the one before it that asked the same and was not answered either. Both stay open for ever, so
 * what the later one may have done the earlier one may have done just as well: only their number counts.
 */
function earlierTwins(operations: readonly Operation<unknown>[]): ReadonlyMap<number, number> {
  const unanswered = [...operations.entries()]
    .filter(([, operation]) => isNeverAnswered(operation))
    .sort(([, a], [, b]) => a.start - b.start)
  const last = new Map<string, number>()
  const earlier = new Map<number, number>()
  for (const [index, { call }] of unanswered) {
    const asked = JSON.stringify(call)
    const twin = last.get(asked)
    if (twin !== undefined) earlier.set(index, twin)
    last.set(asked, index)
  }
  return earlier
}

function operationAt<C>(operations: readonly Operation<C>[], index: number): Operation<C> {
  const operation = operations[index]
  if (!operation) throw new Error('there is no such operation')
  return operation
}

/** It may have been done at any time since, and need not have been. */
function isNeverAnswered(operation: Operation<unknown> | undefined): boolean {
  return operation?.outcome.is === 'unknown' && operation.end === Number.POSITIVE_INFINITY
}

/** Every way to let open calls take effect, one after the other, until the answered one has. */
function afterAnswer<C, S>(
  model: Model<C, S>,
  operations: readonly Operation<C>[],
  earlier: ReadonlyMap<number, number>,
  open: ReadonlySet<number>,
  before: readonly Configuration<S>[],
  answered: number,
): Configuration<S>[] {
  const seen = new Thrifty(model, operations)
  const after = new Thrifty(model, operations)
  const isPassive = new Map(
    [...open].map((index) => [index, model.isPassive(operationAt(operations, index))]),
  )
  // What only looks is done as soon as it can be: nothing is lost by it, and nothing gained by waiting.
  const looked = ({ state, done }: Configuration<S>): Configuration<S> => {
    const looks = [...open].filter((index) => {
      const operation = operationAt(operations, index)
      if (!isPassive.get(index) || isNeverAnswered(operation) || done.includes(index)) return false
      return model.step(state, operation).length > 0
    })
    return looks.length === 0 ? { state, done } : { state, done: [...done, ...looks].sort((a, b) => a - b) }
  }
  const waiting = before.map(looked).sort((a, b) => a.done.length - b.done.length)
  for (const one of waiting) seen.add(one)
  // Those that have spent least come first, so that others are known to be no better.
  for (const one of waiting) {
    if (one.done.includes(answered)) {
      after.add({ state: one.state, done: one.done.filter((index) => index !== answered) })
      continue
    }
    for (const index of open) {
      if (isPassive.get(index) || one.done.includes(index)) continue
      const operation = operationAt(operations, index)
      const twin = earlier.get(index)
      if (twin !== undefined && !one.done.includes(twin)) continue
      const done = [...one.done, index].sort((a, b) => a - b)
      for (const state of model.step(one.state, operation)) {
        // Without an answer and without an effect, it need not have happened: it may later.
        const isIdle = operation.outcome.is === 'unknown' && model.text(state) === model.text(one.state)
        if (isIdle) continue
        const next = looked({ state, done })
        if (!seen.add(next)) continue
        if (waiting.length > configurationsAtMost) throw new Error('too many orders are possible to decide')
        waiting.push(next)
      }
    }
  }
  return after.all()
}

/**
 * Of two ways to one state, that with fewer calls spent can go on in every way in which the other can, where it is calls without
 * an answer that it has spared: those never have to be done. Only such ways are kept.
 */
class Thrifty<C, S> {
  readonly #model: Model<C, S>
  readonly #operations: readonly Operation<C>[]
  readonly #ways = new Map<string, Configuration<S>[]>()

  constructor(model: Model<C, S>, operations: readonly Operation<C>[]) {
    this.#model = model
    this.#operations = operations
  }

  /** False where another one is as good. */
  add(one: Configuration<S>): boolean {
    const binding = one.done.filter((index) => !isNeverAnswered(this.#operations[index]))
    const name = `${binding.join()}|${this.#model.text(one.state)}`
    const ways = this.#ways.get(name) ?? []
    const spent = new Set(one.done)
    if (ways.some(({ done }) => done.every((index) => spent.has(index)))) return false
    const stays = ways.filter(({ done }) => {
      const others = new Set(done)
      return !one.done.every((index) => others.has(index))
    })
    this.#ways.set(name, [...stays, one])
    return true
  }

  all(): Configuration<S>[] {
    return [...this.#ways.values()].flat()
  }
}
