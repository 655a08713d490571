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
  let possible: Configuration<S>[] = [{ state: model.initial, done: [] }]
  for (const { index, isAnswer } of events) {
    const operation = operations[index]
    if (!operation) continue
    if (!isAnswer) {
      open.add(index)
      continue
    }
    const before = possible
    possible = afterAnswer(model, operations, open, before, index)
    open.delete(index)
    if (possible.length === 0) {
      const states = [...new Set(before.map(({ state }) => model.text(state)))].slice(0, 5)
      return { operation, states }
    }
  }
  return null
}

/** Every way to let open calls take effect, one after the other, until the answered one has. */
function afterAnswer<C, S>(
  model: Model<C, S>,
  operations: readonly Operation<C>[],
  open: ReadonlySet<number>,
  before: readonly Configuration<S>[],
  answered: number,
): Configuration<S>[] {
  const text = ({ state, done }: Configuration<S>) => `${done.join()}|${model.text(state)}`
  const seen = new Set(before.map(text))
  const waiting = [...before]
  const after = new Map<string, Configuration<S>>()
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (one.done.includes(answered)) {
      const closed = { state: one.state, done: one.done.filter((index) => index !== answered) }
      after.set(text(closed), closed)
      continue
    }
    for (const index of open) {
      const operation = operations[index]
      if (!operation || one.done.includes(index)) continue
      const done = [...one.done, index].sort((a, b) => a - b)
      for (const state of model.step(one.state, operation)) {
        // Without an answer and without an effect, it need not have happened: it may later.
        const isIdle = operation.outcome.is === 'unknown' && model.text(state) === model.text(one.state)
        if (isIdle) continue
        const next = { state, done }
        const name = text(next)
        if (seen.has(name)) continue
        seen.add(name)
        if (seen.size > configurationsAtMost) throw new Error('too many orders are possible to decide')
        waiting.push(next)
      }
    }
  }
  return [...after.values()]
}
