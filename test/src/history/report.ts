/** What a run did and what was found, for people: in one line, and with its seed. */
import type { Violation } from './judge.ts'
import type { Run } from './run.ts'

export function sayRun(seed: number, { faults, operations, history }: Run): void {
  const unknown = [...history.players, ...history.nodes].filter(
    ({ outcome }) => outcome.is === 'unknown',
  ).length
  const line = { history: { seed, operations, unknown, faults } }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** A few are enough to see what is wrong. */
export function sayViolations(violations: readonly Violation[]): readonly string[] {
  return violations.slice(0, 5).map(({ promise, key, words }) => `${promise} (${key}): ${words}`)
}
