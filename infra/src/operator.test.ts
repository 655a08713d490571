/** What operators do from a shell, against a central API. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { syncNode } from '@citygate/schema/contract'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type TestCentral, type TestNode, testCentral } from '../../central-api/src/testing/central.ts'
import { logIn, newHunter, syncBody } from '../../central-api/src/testing/hunters.ts'
import { addCommand } from './command.ts'
import { admin } from './commands/admin.ts'
import { nodes } from './commands/nodes.ts'
import { players } from './commands/players.ts'
import { ConfigError } from './config.ts'

let central: TestCentral
let node: TestNode
beforeAll(async () => {
  central = await testCentral('node')
  node = await central.node()
})
afterAll(() => central[Symbol.asyncDispose]())

/** As the program runs it, in this process. `out` is what was printed; a refusal rejects. */
async function citygate(
  args: readonly string[],
  key = central.operatorKey,
  url = central.url,
): Promise<string> {
  const program = new Command('citygate').exitOverride()
  for (const [name, { commands }] of Object.entries({ admin, nodes, players })) {
    const group = program.command(name)
    for (const spec of commands) addCommand(group, spec)
  }
  const operator = ['list', 'search'].includes(args[1] ?? '') ? [] : ['--operator-key', key]
  operator.push('--central', url)
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    await program.parseAsync([...args, ...operator], { from: 'user' })
    return printed.mock.calls.map((line) => `${line.join(' ')}\n`).join('')
  } finally {
    printed.mockRestore()
  }
}

const listed = async (...args: string[]) => JSON.parse(await citygate([...args, '--json']))

describe('citygate admin', () => {
  it('makes a key that may what it says, and revokes it', async () => {
    const key = (await citygate(['admin', 'create-key', 'Moderator', '--may', 'read'])).trim()
    expect(key).toMatch(/^cgo_\S+$/)
    await expect(citygate(['admin', 'announce', 'hello'], key)).rejects.toThrow('moderate')
    const keys = await listed('admin', 'keys')
    expect(keys.at(-1)).toMatchObject({ name: 'Moderator', role: 'read', revokedAt: null })
    expect(await citygate(['admin', 'revoke-key', keys.at(-1).id])).toContain('Moderator')
    await expect(citygate(['admin', 'audit'], key)).rejects.toThrow('unknown')
  })

  it('bans, lists and lifts; kicks; announces; and all of it is in the log', async () => {
    const hunter = await newHunter(central, node)
    await logIn(central, node, node, hunter)
    const { capcomId } = hunter
    const banned = await citygate(['admin', 'ban', 'player', capcomId, 'cheats', '--ban-time', '7d'])
    expect(banned).toContain(`Sessions ended: ${capcomId}`)
    const [ban] = await listed('admin', 'bans')
    expect(ban).toMatchObject({ kind: 'player', subject: capcomId, reason: 'cheats' })
    expect(await citygate(['admin', 'unban', ban.id])).toContain('lifted')
    await expect(citygate(['admin', 'kick', capcomId, 'Away.'])).rejects.toThrow('holds this player')
    expect(await citygate(['admin', 'announce', 'Restart at ten.'])).toBe('Told 1 node.\n')
    const deeds = (await listed('admin', 'audit', '--limit', '3')) as { action: string }[]
    expect(deeds.map(({ action }) => action)).toEqual(['announce', 'lift-ban', 'ban'])
  })

  it('names what it does not take', async () => {
    await expect(citygate(['admin', 'ban', 'gate', 'ABCDEF', 'x'])).rejects.toThrow(ConfigError)
  })
})

it('citygate nodes drains a node and takes it back', async () => {
  const ordered = async () =>
    (await central.sql`select drain_ordered as ordered from nodes where id = ${node.nodeId}`)[0]?.ordered
  await citygate(['nodes', 'drain', node.nodeId])
  expect(await ordered()).toBe(true)
  await citygate(['nodes', 'undrain', node.nodeId])
  expect(await ordered()).toBe(false)
  expect(await listed('nodes', 'list')).toMatchObject([{ id: node.nodeId }])
})

it('citygate nodes drains a whole host by its name, and nobody else', async () => {
  await using own = await testCentral('node')
  const nodes = (...args: string[]) => citygate(['nodes', ...args], own.operatorKey, own.url)
  const names = ['barn', 'barn-2', 'barn-10', 'barn-door', 'barn2']
  for (const name of names) await own.node({ name, servers: [] })
  const drained = async () =>
    (await own.sql`select name from nodes where drain_ordered and name like 'barn%' order by name`).map(
      ({ name }) => name,
    )
  const said = await nodes('drain', 'barn', '--quest-time', '5m')
  expect(said.match(/takes no new players/g)).toHaveLength(3)
  expect((await drained()).sort()).toEqual(['barn', 'barn-10', 'barn-2'])
  const [times] = await own.sql`select array_agg(distinct drain_quest_seconds) as seconds from nodes
    where drain_ordered and name like 'barn%'`
  expect(times?.seconds).toEqual([300])
  await nodes('undrain', 'barn')
  expect(await drained()).toEqual([])
  await expect(nodes('drain', 'stable')).rejects.toThrow('no node or host "stable"')
})

it('citygate nodes says how to take one out of several, and asks which of two of the same name', async () => {
  await using own = await testCentral('node')
  const nodes = (...args: string[]) => citygate(['nodes', ...args], own.operatorKey, own.url)
  const [, guest] = [
    await own.node({ name: 'loft', servers: [] }),
    await own.node({ name: 'loft-2', servers: [] }),
  ]
  expect(await nodes('drain', 'loft')).toMatch(/If one of them is another host.*nodes undrain ID/)
  expect(await nodes('undrain', 'loft')).toMatch(/If one of them is another host.*nodes drain ID/)
  expect(await nodes('drain', guest.nodeId)).not.toContain('If one of them')
  await nodes('undrain', guest.nodeId)
  const twin = await own.node({ name: 'loft', servers: [] })
  for (const order of [['drain'], ['undrain'], ['consistency']]) {
    const more = order[0] === 'consistency' ? ['synchronized'] : []
    await expect(nodes(...order, 'loft', ...more)).rejects.toThrow(twin.nodeId)
  }
  const ordered = await own.sql`select name from nodes where drain_ordered or consistency_ordered is not null`
  expect(ordered).toEqual([])
})

it('a central that does not answer is named, with what to look at', async () => {
  await expect(citygate(['nodes', 'list'], central.operatorKey, 'http://127.0.0.1:1')).rejects.toThrow(
    /http:\/\/127\.0\.0\.1:1 does not answer.*--central/,
  )
})

describe('citygate players', () => {
  it('finds as many hunters as are wanted, over the pages of the answer', async () => {
    await central.sql`insert into consoles (id, support_code, media_version)
      select gen_random_uuid(), 'found' || n, '' from generate_series(1, 130) n`
    await central.sql`insert into players (capcom_id, console_id, slot, name, name_text, name_folded)
      select 'F' || lpad(row_number() over ()::text, 5, '0'), id, 1, 'Found', 'Found', 'found'
      from consoles where support_code like 'found%'`
    await central.sql`insert into leases (capcom_id) select capcom_id from players where name_text = 'Found'`
    const search = async (...more: string[]) => {
      const found: { capcomId: string }[] = await listed('players', 'search', 'found', ...more)
      expect(new Set(found.map(({ capcomId }) => capcomId)).size).toBe(found.length)
      return found.length
    }
    expect(await search()).toBe(50)
    expect(await search('--limit', '120')).toBe(120)
    expect(await search('--limit', '200')).toBe(130)
  })

  it('shows a hunter, renames him, tells what he was, and gives it back', async () => {
    const { capcomId } = await newHunter(central, node)
    const record = await listed('players', 'show', capcomId)
    expect(record).toMatchObject({ capcomId, version: 1, live: { node: null } })
    expect(await citygate(['players', 'rename', capcomId, 'Better Name'])).toContain('Better Name')
    const [newest, first] = await listed('players', 'history', capcomId)
    expect(newest).toMatchObject({ version: 2, change: 'name', name: 'Better Name' })
    expect(await citygate(['players', 'rollback', capcomId, '1'])).toContain('version 3 now')
    expect((await listed('players', 'show', capcomId)).name).toBe(first.name)
    await expect(citygate(['players', 'rollback', capcomId, 'one'])).rejects.toThrow('whole number')
    await expect(citygate(['players', 'rollback', capcomId, '9'])).rejects.toMatchObject({
      code: 'version_not_found',
    })
    await expect(citygate(['players', 'show', 'ZZZZZZ'])).rejects.toMatchObject({ code: 'player_not_found' })
  })
})

describe('what a node carries', () => {
  it('is limited, for one or for all, and is free when the node is declared dead', async () => {
    const all = await citygate(['admin', 'limits', 'all', '{"servers":4}'])
    expect(all).toContain('{"servers":4}')
    expect(await citygate(['admin', 'limits', node.nodeId, '{"capacity":50}'])).toContain('{"capacity":50}')
    expect(await citygate(['admin', 'limits', node.nodeId, 'none'])).toContain('{"servers":4}')
    expect(await citygate(['admin', 'limits', 'all', 'none'])).toMatch(/: nothing is limited$/m)
    await expect(citygate(['admin', 'limits', 'all', '{"servers":-1}'])).rejects.toThrow(ConfigError)
    await expect(citygate(['admin', 'limits', 'all', '{"serverz":2}'])).rejects.toThrow(
      /Unrecognized key: "serverz"/,
    )
    await expect(citygate(['admin', 'limits', 'all', '{"types":["opne"]}'])).rejects.toThrow(
      /types\.0: .*"open"/,
    )
    await expect(citygate(['admin', 'limits', 'all', '{servers:2}'])).rejects.toThrow(/is not JSON/)
    expect(await citygate(['admin', 'release-servers', node.nodeId])).toMatch(/^Free are: \d/)
    expect(await citygate(['admin', 'release-servers', node.nodeId])).toContain('none')
  })
})

it('citygate nodes orders how a node is consistent, and lists what it tells of its journal', async () => {
  const ordered = async () =>
    (await central.sql`select consistency_ordered as ordered from nodes where id = ${node.nodeId}`)[0]
  await citygate(['nodes', 'consistency', node.nodeId, 'synchronized'])
  expect(await ordered()).toEqual({ ordered: 'synchronized' })
  await citygate(['nodes', 'consistency', node.nodeId, 'default'])
  expect(await ordered()).toEqual({ ordered: null })
  await expect(citygate(['nodes', 'consistency', node.nodeId, 'sometimes'])).rejects.toThrow('Allowed')

  const latest = { at: '2026-11-23T01:02:03Z', capcomId: 'A1B2C3', kind: 'settings', code: 'fence_lost' }
  const report = {
    consistency: 'autonomous' as const,
    load: null,
    journal: { waiting: 3, deadLetters: 1, latest },
  }
  await central.call(syncNode, { body: syncBody(node.epoch, 1, { report }) }, node.key)
  const shown = await citygate(['nodes', 'list', '--operator-key', central.operatorKey])
  expect(shown).toMatch(/autonomous +3 wait +1, latest 2026-11-23T01:02:03Z: settings of A1B2C3, fence_lost/)
  expect(await citygate(['nodes', 'list'])).not.toContain('autonomous')
})

/** Keeps each answer, as a database behind a cache does to central. */
async function cached(): Promise<string> {
  const kept = new Map<string, Promise<{ status: number; text: string }>>()
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null
    const ask = async () => {
      const own = { authorization: headers.authorization ?? '', 'content-type': 'application/json' }
      const answer = await fetch(central.url + url, { method, headers: own, body })
      return { status: answer.status, text: await answer.text() }
    }
    const key = `${url} ${headers.authorization}`
    if (method === 'GET' && !kept.has(key)) kept.set(key, ask())
    const { status, text } = await (kept.get(key) ?? ask())
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('citygate admin check-worker', () => {
  it('is content with a central that reads what it wrote, and not with one behind a cache', async () => {
    expect(await citygate(['admin', 'check-worker'])).toContain('ok')
    const behindCache = citygate(['admin', 'check-worker'], central.operatorKey, await cached())
    await expect(behindCache).rejects.toThrow('cached')
  })
})
