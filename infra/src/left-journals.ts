/** Journals of nodes that this host runs no more, since it was started with fewer workers. */
import { join } from 'node:path'
import {
  type CentralPlace,
  createCentral,
  type Identity,
  openLink,
  readJournal,
} from '@citygate/nodes/central'
import { systemClock } from '@citygate/nodes/host'
import { Problem } from '@citygate/schema/contract'
import type { Lasting } from './lasting.ts'

const lastWordMs = 5000

/**
 * Tells central what such a node still has to tell, in a start of it that carries nothing. Resolves when central has decided
 * about every record; before that nobody must be let in here, or a hunter's own log-in would outrun his last edits.
 */
export async function tellLeftJournal(
  place: CentralPlace,
  identity: Identity,
  home: string,
  { life, log }: Lasting,
): Promise<void> {
  const folder = join(home, 'journal')
  const { waiting } = await readJournal(folder)
  if (waiting.length === 0) return
  const about = { node: identity.nodeId, records: waiting.length }
  log.info(about, 'this node is not run here any more: central is told what its journal holds')
  const { call } = createCentral({ ...place, key: identity.key })
  try {
    const link = await openLink({
      ...{ call, clock: systemClock, log, folder, signal: life.ending },
      registration: {
        ...{ name: identity.name, roles: ['world'], software: 'left journal', servers: [] },
        ...{ opn: null, lmp: null, fmp: null, rfp: null },
      },
    })
    await link.close(lastWordMs)
  } catch (error) {
    life.ending.throwIfAborted()
    if (!(error instanceof Problem)) throw error
    log.warn({ ...about, reason: error.message }, 'central does not take them: they stay in the journal')
  }
}
