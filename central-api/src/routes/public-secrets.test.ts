import { consoles, enrolTokens, nodes, operatorKeys, players, tickets } from '@citygate/schema/tables'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { toBase64 } from '../base64.ts'
import { endpoints } from '../openapi.ts'
import { openRealm, secrets } from '../testing/realm.ts'
import { told } from '../testing/told.ts'

test('no public answer holds a support code, a ticket, a key, an address or a blob', async () => {
  await using realm = await openRealm()
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

  const hidden = [
    ...Object.values(secrets),
    toBase64(new TextEncoder().encode(secrets.settings)),
    toBase64(new TextEncoder().encode('Hunter000000')),
    consoleId,
    ticket?.login ?? '',
  ]
  const parts: Record<string, string> = { capcomId, server: '1', gate: '1' }
  const paths = endpoints
    .filter(({ caller, method }) => caller === 'public' && method === 'GET')
    .map(({ path }) => path.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? ''))
  const more = ['/', '/?name=hunter', '/docs', '/v1/players?limit=1', '/v1/players?limit=0', '/v1/none']
  for (const path of [...paths, ...more]) {
    const response = await realm.fetch(path)
    const said = [...response.headers].join('\n') + (await told(response))
    for (const secret of hidden) expect(said, `${path} holds ${secret}`).not.toContain(secret)
  }
  expect(paths).toEqual(expect.arrayContaining(['/v1/players', '/v1/nodes', '/v1/servers/1/gates/1/cities']))
  expect(await realm.db.$count(consoles)).toBe(2)
  expect(await realm.db.$count(nodes)).toBe(1)
})
