/** A node and a central of neighbouring releases: what the newer one says more must not cost the older one anything. */
import type { Fetch } from '@citygate/nodes/central'
import { ascii, latin1 } from '@citygate/nodes/pat'
import { createEnrolToken, type Problem } from '@citygate/schema/contract'
import { expect, test, vi } from 'vitest'
import { testDatabase } from '../src/postgres.ts'
import { inGate, Links, throughEntry } from './links.ts'

// Whole log-ins on a real database, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })

/** Less than central holds a call: news must not wait for the end of it. */
const patience = { timeout: 15_000 }

const message = (text: string) => ({ info: ascii('head'), text: ascii(text) })

/** Every object, at any depth, says one thing more. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.entries(value).map(([key, one]) => [key, withMore(one)])
  return { ...Object.fromEntries(inner), ofTomorrow: { at: ['all'] } }
}

async function more(message: Request | Response): Promise<string> {
  const text = await message.text()
  return text === '' ? text : JSON.stringify(withMore(JSON.parse(text)))
}

/** Central’s answers are of a later release. */
const toNewerCentral: Fetch = async (request) => {
  const answer = await fetch(request)
  const { status, headers } = answer
  return new Response(await more(answer), {
    status,
    headers: { 'content-type': headers.get('content-type') ?? '' },
  })
}

/** The node’s calls are of a later release. */
const fromNewerNode: Fetch = async (request) => {
  if (request.body === null) return fetch(request)
  const { method, headers, signal } = request
  return fetch(new Request(request.url, { method, headers, signal, body: await more(request) }))
}

test.for([
  ['a newer central', toNewerCentral],
  ['a newer node', fromNewerNode],
] as const)('%s: log-ins, presence, tells, settings, and the end', async ([, line]) => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const valor = [{ id: 1, name: 'Valor1' }]
  const { link, lost, ends } = await links.open(await links.enrol('attic'), valor, line)
  const told: string[] = []
  link.social.onLetter((_, one) => {
    if (one.kind === 'tell') told.push(latin1(one.message.text))
  })
  const other = await links.open(await links.enrol('cellar'), [{ id: 2, name: 'Valor2' }])
  const aria = await link.world.claim((await throughEntry(link, 'ARIA', 1)).ticket)
  const bela = await other.link.world.claim((await throughEntry(other.link, 'BELA', 2)).ticket)

  // A letter of a kind that is not known yet lies before one that is.
  await links.sql(
    `insert into mail (node_id, kind, body) values ('${link.nodeId}', 'of-tomorrow', '{"to":["all"]}')`,
  )
  link.world.present(aria, { ...inGate(1, 3), city: 2 })
  link.world.settings(aria, new Uint8Array(256).fill(7))
  const inCity = await links.players('name=ARIA', ({ items }) => items[0]?.location?.city?.id === 2)
  expect(inCity.items).toMatchObject([{ name: 'ARIA', location: { city: { id: 2 } } }])
  await other.link.social.tell(bela, aria.capcomId, message('hello'))
  await expect.poll(() => told, patience).toEqual(['hello'])
  await link.social.tell(aria, bela.capcomId, message('there'))
  const written = () =>
    links.sql(`select get_byte(settings, 0) as first from players where name_text = 'ARIA'`)
  await expect.poll(written, patience).toMatchObject([{ first: 7 }])
  link.world.release(aria, 'left')
  const gone = await links.players('name=ARIA', ({ items }) => items[0]?.online === false)
  expect(gone.items).toMatchObject([{ name: 'ARIA', online: false }])
  expect(lost).toEqual([])
  expect(ends).toEqual([])
})

test('what an operator’s tool says too much is still refused by name', async () => {
  await using database = await testDatabase()
  await using links = await Links.start(database.url)
  const body = { roles: ['world' as const], ofTomorrow: true }
  await expect(links.operator(createEnrolToken, { body })).rejects.toMatchObject({
    code: 'bad_request' satisfies Problem['code'],
    message: 'body ofTomorrow: not known here',
  })
})
