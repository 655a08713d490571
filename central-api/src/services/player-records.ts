/** Hunters as operators see and mend them: writes name the version that they are of. */
import {
  type listPlayerVersions as listEndpoint,
  type Output,
  type PlayerRecord,
  Problem,
} from '@citygate/schema/contract'
import { consoles, leases, playerHistory, players } from '@citygate/schema/tables'
import { and, desc, eq, lt } from 'drizzle-orm'
import type { z } from 'zod'
import { toBase64 } from '../base64.ts'
import type { Transaction, Tx } from '../db/database.ts'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { foldName, nameBytes, nameText } from '../name-text.ts'
import { audit } from './audit.ts'
import { bansOf } from './bans.ts'
import { readSettings } from './hunter-settings.ts'
import { keepVersion, nextVersion } from './player-history.ts'
import { endSessions, lockPlayers } from './session-end.ts'

/** @throws Problem `player_not_found` */
export async function readRecord(tx: Tx, capcomId: string): Promise<PlayerRecord> {
  const [found] = await tx
    .select()
    .from(players)
    .innerJoin(leases, eq(leases.capcomId, players.capcomId))
    .where(eq(players.capcomId, capcomId))
  if (!found) throw new Problem('player_not_found')
  const { players: hunter, leases: lease } = found
  const { version, name, nameText: text, rank, weapon, settings, consoleId, slot } = hunter
  return {
    ...{ capcomId, version, name: text, nameBytes: toBase64(name), rank, weapon, consoleId, slot },
    settings: settings && toBase64(settings),
    createdAt: hunter.createdAt.toISOString(),
    seenAt: ((lease.nodeId && lease.claimedAt) || lease.seenAt).toISOString(),
    bans: await bansOf(tx, capcomId, consoleId),
  }
}

/**
 * @param expected the version that the operator has seen; null takes any
 * @throws Problem `player_not_found`, `version_mismatch`, `bad_request` (no such letters on his console)
 */
export async function rename(
  deps: Deps,
  operatorId: string,
  capcomId: string,
  name: string,
  expected: number | null,
): Promise<PlayerRecord> {
  return transact(deps, async (tx) => {
    const before = await lockVersion(tx, capcomId, expected)
    const media = await mediaVersionOf(tx, before.consoleId)
    const bytes = nameBytes(name, media)
    if (!bytes) {
      const detail = 'must be 1 to 31 bytes that the hunter’s console can show'
      throw new Problem('bad_request', `body name: ${detail}`, [{ in: 'body', field: 'name', detail }])
    }
    await tx
      .update(players)
      .set({ ...nameColumns(bytes, media), version: nextVersion })
      .where(eq(players.capcomId, capcomId))
    await keepVersion(tx, capcomId, `operator:${operatorId}`, 'name')
    await audit(tx, `operator:${operatorId}`, 'rename', `player:${capcomId}`, { from: before.name, to: name })
    return readRecord(tx, capcomId)
  })
}

/**
 * A live session ends: its node would write what it has over it.
 *
 * @throws Problem `player_not_found`, `version_mismatch`, `version_not_found`
 */
export async function rollBack(
  deps: Deps,
  operatorId: string,
  capcomId: string,
  to: number,
  expected: number | null,
): Promise<PlayerRecord> {
  return transact(deps, async (tx, wake) => {
    const { consoleId } = await lockVersion(tx, capcomId, expected)
    const [kept] = await tx.select().from(playerHistory).where(ofVersion(capcomId, to))
    if (!kept) throw new Problem('version_not_found')
    const { name, settings } = kept
    await tx
      .update(players)
      .set({
        ...nameColumns(name, await mediaVersionOf(tx, consoleId)),
        ...(settings ? readSettings(settings) : { rank: 0, weapon: null }),
        settings,
        version: nextVersion,
      })
      .where(eq(players.capcomId, capcomId))
    await keepVersion(tx, capcomId, `operator:${operatorId}`, 'rollback')
    await endSessions(tx, [capcomId], 'An operator has mended your hunter. Please log in again.', wake)
    await audit(tx, `operator:${operatorId}`, 'rollback', `player:${capcomId}`, { to })
    return readRecord(tx, capcomId)
  })
}

const pageSize = 50

/**
 * Newest first; the cursor is the last version.
 *
 * @throws Problem `player_not_found`
 */
export async function listVersions(
  tx: Tx,
  capcomId: string,
  { limit = pageSize, cursor }: z.output<NonNullable<(typeof listEndpoint)['query']>>,
): Promise<Output<typeof listEndpoint>> {
  const { consoleId } = await readRecord(tx, capcomId)
  const media = await mediaVersionOf(tx, consoleId)
  const found = await tx
    .select()
    .from(playerHistory)
    .where(
      and(
        eq(playerHistory.capcomId, capcomId),
        cursor === undefined ? undefined : lt(playerHistory.version, Number(cursor)),
      ),
    )
    .orderBy(desc(playerHistory.version))
    .limit(limit + 1)
  const items = found.slice(0, limit).map(({ version, at, actor, change, name, settings }) => ({
    ...{ version, at: at.toISOString(), actor, change },
    name: nameText(name, media),
    rank: settings ? readSettings(settings).rank : 0,
    settings: settings && toBase64(settings),
  }))
  return { items, next: found.length > limit ? String(items.at(-1)?.version) : null }
}

/** Locks the hunter and his lease, then compares. */
async function lockVersion(
  tx: Transaction,
  capcomId: string,
  expected: number | null,
): Promise<PlayerRecord> {
  await lockPlayers(tx, [capcomId])
  const current = await readRecord(tx, capcomId)
  if (expected === null || expected === current.version) return current
  const detail = `This hunter is at version ${current.version} by now.`
  throw new Problem('version_mismatch', detail, undefined, { current })
}

async function mediaVersionOf(tx: Tx, consoleId: string): Promise<string> {
  const [found] = await tx
    .select({ mediaVersion: consoles.mediaVersion })
    .from(consoles)
    .where(eq(consoles.id, consoleId))
  return found?.mediaVersion ?? ''
}

const ofVersion = (capcomId: string, version: number) =>
  and(eq(playerHistory.capcomId, capcomId), eq(playerHistory.version, version))

function nameColumns(name: Uint8Array, mediaVersion: string) {
  const text = nameText(name, mediaVersion)
  return { name, nameText: text, nameFolded: foldName(text) }
}
