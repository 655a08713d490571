/** What a run did and what was found, for people: in one line, and with its seed. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { History } from './history.ts'
import { judge, type Violation } from './judge.ts'
import type { Run } from './run.ts'

export function sayRun(seed: number, { faults, operations, history }: Run): void {
  const unknown = [...history.players, ...history.nodes].filter(
    ({ outcome }) => outcome.is === 'unknown',
  ).length
  const line = { history: { seed, operations, unknown, faults } }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** What is wrong with a run, or why that cannot be told. All that was recorded of a bad one is kept in a file: its like may not come again. */
export function wrongWith(seed: number, { history }: Run): readonly string[] {
  const wrong = [...judged(history), ...neverDone(history)]
  if (wrong.length === 0) return []
  const file = join(tmpdir(), `citygate-history-${seed}-${process.pid}.json`)
  const plain = { ...history, kept: [...history.kept], granted: [...history.granted] }
  writeFileSync(file, JSON.stringify(plain))
  return [...wrong, `all of it: ${file}`]
}

/** A few are enough to see what is wrong. */
export function sayViolations(violations: readonly Violation[]): readonly string[] {
  return violations.slice(0, 5).map(({ promise, key, words }) => `${promise} (${key}): ${words}`)
}

/** A history without any of these shows nothing. */
function neverDone({ players }: History): readonly string[] {
  const kinds = ['claim', 'write', 'use', 'read'] as const
  return kinds
    .filter((kind) => !players.some(({ call, outcome }) => call.kind === kind && outcome.is === 'done'))
    .map((kind) => `no ${kind} was ever done`)
}

function judged(history: History): readonly string[] {
  try {
    return sayViolations(judge(history))
  } catch (error) {
    return [String(error)]
  }
}
