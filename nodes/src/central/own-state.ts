/**
 * What an autonomous node has of its own: the journal, what it knows of consoles and hunters, the players it let in by
 * itself; and the policy in force, which an operator may change while players play.
 */
import { join } from 'node:path'
import type { Consistency, NodeLoad, NodeReport, Release, ServerAssignment } from '@citygate/schema/contract'
import type { Log } from '../log.ts'
import { autonomous } from './autonomous.ts'
import type { Call } from './client.ts'
import type { Clock } from './clock.ts'
import { createCopies } from './copies.ts'
import { askCentral } from './direct.ts'
import type { Holds } from './holds.ts'
import { type Files, type Journal, openJournal, systemFiles } from './journal/index.ts'
import { type Known, openKnown } from './known.ts'
import { createLeaving } from './leaving.ts'
import type { Hold } from './link.ts'
import type { Policy } from './policy.ts'
import { createProvisional, type Provisional } from './provisional.ts'
import type { Reach } from './reach.ts'
import type { SocialNews } from './social.ts'
import { synchronized } from './synchronized.ts'
import { within } from './within.ts'

export interface OwnState {
  readonly journal: Journal
  readonly known: Known
}

export interface StateOptions {
  /** Of the journal, the dead letters and what is known. This node's alone. */
  readonly folder: string
  readonly log: Log
  readonly files?: Files
  readonly journalBytes?: number
}

/** Rejects when the folder cannot be read: a node that cannot keep anything must not say that it does. */
export async function openState({
  folder,
  log,
  files = systemFiles,
  journalBytes,
}: StateOptions): Promise<OwnState> {
  const journal = await openJournal({
    ...{ folder, log, files },
    ...(journalBytes === undefined ? {} : { limitBytes: journalBytes }),
  })
  return { journal, known: await openKnown(files, folder, join(folder, 'known.json')) }
}

export interface PolicyParts extends OwnState {
  readonly call: Call
  readonly clock: Clock
  readonly log: Log
  readonly reach: Reach
  readonly holds: Holds
  readonly epoch: () => number
  readonly incarnation: () => string
  readonly servers: () => readonly ServerAssignment[]
  readonly ownAddress: () => { readonly host: string; readonly port: number } | null
  readonly decisionMs: number
  readonly poke: () => void
  readonly lose: (hold: Hold, words?: string) => void
  readonly adopted: (hold: Hold) => void
  readonly left: (release: Release) => void
  readonly tell: (hold: Hold, news: SocialNews) => void
}

export interface Policies {
  readonly current: () => Policy
  readonly provisional: Provisional
  /** The order of an operator; null goes back to the node's own setting. True when it changes something. */
  order(wanted: Consistency | null): boolean
}

/** For what was written on this node to be decided, before central alone decides. */
const drainMs = 5000

export function createPolicies(parts: PolicyParts, own: Consistency): Policies {
  const { call, epoch, journal, clock, log } = parts
  const direct = askCentral(call, epoch, (hold) => parts.lose(hold))
  const copies = createCopies(parts)
  const provisional = createProvisional({
    ...parts,
    end: (hold, words) => parts.lose(hold, words),
    adopted(hold) {
      // Good for the next outage: under the fence before nobody would be adopted any more.
      copies.of(hold)
      parts.adopted(hold)
    },
  })
  parts.reach.onUp(provisional.adoptAll)
  const shared = { direct, copies, leaving: createLeaving() }
  const policies = {
    autonomous: autonomous({ ...parts, ...shared, provisional }),
    synchronized: synchronized({
      ...shared,
      confirmed: provisional.confirmed,
      async drained() {
        if (journal.waiting === 0) return
        parts.poke()
        await within(clock, drainMs, journal.decided(), 'the journal')
      },
    }),
  }
  let current: Policy = policies[own]

  return {
    current: () => current,
    provisional,
    order(wanted) {
      const next = policies[wanted ?? own]
      if (next === current) return false
      log.warn({ from: current.name, to: next.name, waiting: journal.waiting }, 'consistency is switched')
      current = next
      parts.poke()
      return true
    },
  }
}

export function reportOf(
  policy: Policy,
  { waiting, deadLetters }: Journal,
  load: NodeLoad | null,
): NodeReport {
  const { count, latest } = deadLetters
  const note = latest && {
    at: latest.at,
    capcomId: latest.capcomId,
    kind: latest.change.kind,
    code: latest.reason.code,
  }
  return { consistency: policy.name, load, journal: { waiting, deadLetters: count, latest: note } }
}
