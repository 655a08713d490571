import {
  consoles,
  enrolTokens,
  nodeEpochs,
  nodes,
  operatorKeys,
  players,
  tickets,
} from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { toBase64 } from '../base64.ts'
import { endpoints } from '../openapi.ts'
import { can, runtimes } from '../testing/central.ts'
import { openRealm, secrets } from '../testing/realm.ts'
import { told } from '../testing/told.ts'

test.each(runtimes)(
  'no public answer holds a support code, a ticket, a key, an address or a blob (%s)',
  async (runtime) => {
    await using realm = await openRealm(runtime)
    const node = await realm.node()
    const capcomId = await realm.hunter({ at: { server: 1, gate: 1, city: 1, leader: true } })
    await realm.hunter({ at: { server: 1 } })
    const [player] = await realm.db.select().from(players).where(eq(players.capcomId, capcomId))
    const consoleId = player?.consoleId ?? ''
    const [ticket] = await realm.db
      .insert(tickets)
      .values({ hash: secrets.ticket, login: consoleId, consoleId, capcomId, issuedBy: node })
      .returning()
    const far = new Date('2100-01-01')
    await realm.db.insert(enrolTokens).values({
      tokenHash: secrets.key,
      entry: true,
      world: true,
      usesLeft: 1,
      expiresAt: far,
      createdBy: node,
    })
    await realm.db.insert(operatorKeys).values({ keyHash: `${secrets.key} of the owner`, name: 'owner' })
    // What a node tells of its dead letters is for operators.
    const latest = { at: '2026-01-01T00:00:00Z', capcomId, kind: secrets.settings, code: 'fence_lost' }
    const journal = { waiting: 1, deadLetters: 1, latest }
    await realm.db.update(nodeEpochs).set({ report: { consistency: 'autonomous', load: null, journal } })

    const hidden = [
      ...Object.values(secrets),
      toBase64(new TextEncoder().encode(secrets.settings)),
      toBase64(new TextEncoder().encode('Hunter000000')),
      consoleId,
      ticket?.login ?? '',
    ]
    const parts: Record<string, string> = { capcomId, server: '1', gate: '1', nodeId: node }
    const paths = endpoints
      .filter(({ caller, method, name }) => {
        expect(caller !== 'public' || method === 'GET', name).toBe(true)
        return caller === 'public' && (name !== 'streamEvents' || can('events', runtime))
      })
      .map(({ path }) => path.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? `no ${name}`))
    const pages = ['/', '/?name=hunter', '/docs', '/v1/players?limit=1']
    const refused = ['/v1/players?limit=0', '/v1/none']
    for (const path of [...paths, ...pages, ...refused]) {
      const response = await realm.fetch(path)
      if (!refused.includes(path)) expect([path, response.status]).toEqual([path, 200])
      const said = [...response.headers].join('\n') + (await told(response))
      for (const secret of hidden) expect(said, `${path} holds ${secret}`).not.toContain(secret)
    }
    expect(await realm.db.$count(consoles)).toBe(2)
    expect(await realm.db.$count(nodes)).toBe(1)
  },
)
