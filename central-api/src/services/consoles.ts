/** Consoles: the support code is the account. */
import type { identifyConsole as endpoint, Output } from '@citygate/schema/contract'
import { sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'
import { drawCode } from '../hash.ts'
import { limitsOf } from './creation-limits.ts'
import { type Drawn, draw, requireFree } from './draw.ts'
import { step } from './step.ts'
import { nextTicket, ticketUntil } from './tickets.ts'

/** As the reference draws them (login.md 2.5). */
const supportCodeLength = 11

/**
 * Finds the console, adopts a code that was never seen, or makes a console with a code of central's
 * drawing. Two who bring the same unknown code at once are one console: the unique code decides.
 *
 * @throws Problem `too_many_new`
 */
export async function identify(
  deps: Deps,
  nodeId: string,
  { supportCode: shown, mediaVersion, source, ticket }: z.output<NonNullable<(typeof endpoint)['body']>>,
): Promise<Output<typeof endpoint>> {
  const find = (supportCode: string) => {
    const call = sql`identify_and_issue(${supportCode}, ${shown === null}, ${mediaVersion},
      ${nodeId}, ${source}, ${limitsOf(deps, 'console')}, ${nextTicket(deps, ticket)})`
    return step(deps, call, (found: Omit<Output<typeof endpoint>, 'supportCode'> & Drawn) => {
      requireFree(found)
      return { ...found, ...ticketUntil(found), supportCode }
    })
  }
  return shown === null ? draw(() => find(drawCode(supportCodeLength))) : find(shown)
}
