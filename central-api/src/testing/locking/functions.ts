/** Functions of the database, read as the statements that they run (schema/migrations/0011_log_in.sql). */
import type { Sql } from 'postgres'

/** Sources by name. */
export type Functions = ReadonlyMap<string, string>

type Held = ReadonlySet<string>
type Visit = (statement: string, held: Held) => Held

export async function readFunctions(sql: Sql): Promise<Functions> {
  const found = await sql<{ name: string; source: string }[]>`
    select p.proname as name, p.prosrc as source from pg_proc p join pg_language l on l.oid = p.prolang
    where l.lanname = 'plpgsql' and p.pronamespace = 'public'::regnamespace`
  return new Map(found.map(({ name, source }) => [name, source]))
}

/**
 * Visits a statement and those of the functions that it calls, in their order; a branch that returns is left behind, for the
 * statements below it are not of its way. Gives what is held behind it, on any way.
 */
export function walk(functions: Functions, statement: string, held: Held, visit: Visit): Held {
  let now = visit(statement, held)
  for (const [, name = ''] of statement.matchAll(/\b([a-z_]+)\(/g)) {
    const source = functions.get(name)
    if (source !== undefined) now = walkSource(functions, source, now, visit)
  }
  return now
}

interface Branching {
  /** Held in front of it. */
  readonly before: Held
  /** Held at the end of each branch that goes on behind it. */
  readonly through: Held[]
  hasElse: boolean
}

/** Control stands at the beginning of a line: `IF … THEN`, `ELSIF … THEN`, `ELSE`, `END IF;`. */
const units =
  /^\s*(?:(IF|ELSIF)\b([\s\S]*?)\bTHEN\s*$|(ELSE)\s*$|(END IF);|(RETURN\b[\s\S]*?);|([\s\S]*?);)/gm

function walkSource(functions: Functions, source: string, held: Held, visit: Visit): Held {
  const inner = (text: string, before: Held) => walk(functions, text, before, visit)
  const branchings: Branching[] = []
  let ended: Held = held
  let now: Held | null = held
  const body = source.replace(/--.*$/gm, '').replace(/^[\s\S]*?\bBEGIN\b/, '')
  for (const [, control, condition = '', otherwise, closed, returned, statement = ''] of body.matchAll(
    units,
  )) {
    if (control === 'IF') {
      if (now) now = inner(condition, now)
      branchings.push({ before: now ?? held, through: [], hasElse: false })
      continue
    }
    const branching = branchings.at(-1)
    if (control || otherwise || closed) {
      if (!branching) throw new Error('a branch without its IF')
      if (now) branching.through.push(now)
      if (closed) {
        branchings.pop()
        const through = branching.hasElse ? branching.through : [...branching.through, branching.before]
        now = through.length > 0 ? union(through) : null
      } else {
        branching.hasElse ||= otherwise !== undefined
        now = control ? inner(condition, branching.before) : branching.before
      }
    } else if (now && returned !== undefined) {
      ended = union([ended, inner(returned, now)])
      now = null
    } else if (now) now = inner(statement, now)
  }
  return now ? union([ended, now]) : ended
}

const union = (sets: readonly Held[]): Held => new Set(sets.flatMap((set) => [...set]))
