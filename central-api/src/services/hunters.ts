/** The six slots of a console, decided under the console's lock. */
import { type chooseHunter as endpoint, type Output, Problem } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import { fromBase64 } from '../base64.ts'
import type { Deps } from '../deps.ts'
import { drawCode } from '../hash.ts'
import { readingsOf } from '../name-text.ts'
import { limitsOf } from './creation-limits.ts'
import { type Drawn, draw, requireFree } from './draw.ts'
import { type Refusal, step } from './step.ts'
import { nextTicket, ticketUntil } from './tickets.ts'

type Params = z.output<NonNullable<(typeof endpoint)['params']>>
type Wish = z.output<NonNullable<(typeof endpoint)['body']>>

/** Six characters `0-9A-Z` (login.md 5.1). */
const capcomIdLength = 6

/** @throws Problem `console_not_found`, `slot_empty`, `slot_taken`, `too_many_new`, `bad_request` (a new hunter without a name) */
export async function choose(
  deps: Deps,
  nodeId: string,
  { consoleId, slot }: Params,
  { name, create, source, ticket }: Wish,
): Promise<Output<typeof endpoint>> {
  const readings = name === null ? null : JSON.stringify(readingsOf(fromBase64(name)))
  return draw(() => {
    const call = sql`choose_and_issue(${consoleId}, ${slot}, decode(${name}, 'base64'), ${readings}, ${create},
      ${drawCode(capcomIdLength)}, ${nodeId}, ${source}, ${limitsOf(deps, 'hunter')}, ${nextTicket(deps, ticket)})`
    const told = (chosen: Omit<Output<typeof endpoint>, 'slot'> & Drawn) => {
      requireFree(chosen)
      return { slot, ...chosen, ...ticketUntil(chosen) }
    }
    return step(deps, call, told, { refused: requireName })
  })
}

function requireName({ refused }: Refusal): void {
  if (refused !== 'bad_request') return
  const errors = [{ in: 'body' as const, field: 'name', detail: 'needed for a new hunter' }]
  throw new Problem(refused, 'body name: needed for a new hunter', errors)
}
