import {
  getPlayer,
  getReadiness,
  getStats,
  listCities,
  listNodes,
  listServers,
  searchPlayers,
  syncNode,
} from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { toBase64 } from '../base64.ts'
import { endpoints } from '../openapi.ts'
import { runtimes, testCentral } from '../testing/central.ts'
import { logIn, newHunter, syncBody } from '../testing/hunters.ts'
import { told } from '../testing/told.ts'

/** Rank 44 and a lance (structs.json, HunterSettings). */
const settings = toBase64(Uint8Array.from({ length: 256 }, (_, at) => ({ 1: 44, 5: 10 })[at] ?? 0))

test.each(runtimes)(
  'a hunter who logs in is found where he stands, and then as away (%s)',
  async (runtime) => {
    await using central = await testCentral(runtime)
    await expect(central.call(getReadiness, {})).rejects.toMatchObject({ code: 'not_ready' })
    const node = await central.node({ name: 'attic' })
    expect(await central.call(getReadiness, {})).toMatchObject({
      status: 'ready',
      entryNodes: 1,
      servers: 12,
    })

    const hunter = await newHunter(central, node, 'Ayame')
    const { capcomId } = hunter
    const held = await logIn(central, node, node, hunter, 1)
    const { fence } = held
    const stand = { serverId: 1, gate: 3, city: 7, inQuest: false, leader: true }
    const sync = (number: number, changes: Parameters<typeof syncBody>[2]) =>
      central.call(syncNode, { body: syncBody(node.epoch, number, changes) }, node.key)
    const { presence } = await sync(1, {
      presence: { generation: null, full: true, set: [{ capcomId, fence, ...stand }], gone: [] },
      settings: [{ capcomId, fence, settings }],
    })

    const found = await central.call(searchPlayers, { query: { name: 'yam', online: 'true' } })
    expect(found).toEqual({
      items: [
        {
          ...{ capcomId, name: 'Ayame', rank: 44, weapon: 'lance', online: true, seenAt: expect.any(String) },
          location: {
            server: { id: 1, name: 'Valor1' },
            gate: { id: 3, name: 'City Gate3' },
            city: { id: 7, name: 'City7' },
            inQuest: false,
            reportedAt: expect.any(String),
          },
        },
      ],
      next: null,
    })
    const { items } = await central.call(listCities, { params: { server: '1', gate: '3' } })
    expect(items[6]).toMatchObject({ population: 1, state: 'joinable', leader: { capcomId, name: 'Ayame' } })
    expect(await central.call(getStats, {})).toMatchObject({ playersOnline: 1, servers: 12, nodes: 1 })
    expect((await central.call(listServers, {})).items[0]).toMatchObject({
      population: 1,
      node: { name: 'attic' },
    })
    expect((await central.call(listNodes, {})).items).toEqual([
      expect.objectContaining({ name: 'attic', status: 'up', population: 1 }),
    ])

    const secrets = [
      hunter.supportCode,
      hunter.consoleId,
      held.ticketHash,
      held.login,
      node.key,
      settings,
      central.operatorKey,
    ]
    const parts: Record<string, string> = { capcomId, server: '1', gate: '3' }
    for (const { path, caller } of endpoints.filter(({ method }) => method === 'GET')) {
      if (caller !== 'public') continue
      const filled = path.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? '')
      const said = await told(await central.fetch(filled))
      for (const secret of secrets) expect(said).not.toContain(secret)
      expect(said).not.toMatch(/127\.0\.0\.1|":820[0-3]\b/)
    }

    await sync(2, {
      presence: { generation: presence.generation, full: false, set: [], gone: [] },
      releases: [{ capcomId, fence, reason: 'left' }],
    })
    expect(await central.call(getPlayer, { params: { capcomId } })).toMatchObject({
      ...{ name: 'Ayame', rank: 44, weapon: 'lance', online: false, location: null },
    })
    expect(await central.call(getStats, {})).toMatchObject({ playersOnline: 0 })
  },
)
