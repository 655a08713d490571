import type { NodeItem, Player, Server } from '@citygate/schema/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openApi } from '../openapi.ts'
import { referencePage } from './reference.ts'
import { type Status, statusPage } from './status.ts'

const server: Server = {
  id: 1,
  name: 'Valor1',
  type: 'open',
  population: 12,
  capacity: 2000,
  region: null,
  status: 'up',
  node: { id: '018f', name: 'attic' },
  reportedAt: '2026-11-22T21:00:00.000Z',
}
const node: NodeItem = {
  id: '018f',
  name: 'attic',
  roles: ['entry', 'world'],
  status: 'stale',
  population: 12,
  capacity: 2000,
  reportedAt: '2026-11-22T21:00:00.000Z',
}
const player: Player = {
  capcomId: 'A1B2C3',
  name: 'Hunter',
  rank: 44,
  weapon: 'great-sword',
  online: true,
  location: {
    server: { id: 1, name: 'Valor1' },
    gate: { id: 3, name: 'City Gate3' },
    city: { id: 7, name: 'City7' },
    inQuest: true,
    reportedAt: '2026-11-22T21:00:00.000Z',
  },
  seenAt: '2026-11-22T21:00:00.000Z',
}
const status: Status = { playersOnline: 12, servers: [server], nodes: [node], search: null }

const shown = async (of: Partial<Status>) => String(await statusPage({ ...status, ...of }))

describe('the status page', () => {
  it('shows who plays where, without a script', async () => {
    const page = await shown({})
    expect(page).toContain('12 hunters online')
    expect(page).toContain('Valor1')
    expect(page).toContain('12 / 2000')
    expect(page).toContain('2026-11-22 21:00 UTC')
    expect(page).not.toMatch(/<script|https?:\/\//)
  })

  it('says so when there is nothing yet', async () => {
    const page = await shown({ playersOnline: 1, servers: [], nodes: [] })
    expect(page).toContain('1 hunter online')
    expect(page).toContain('No node has enrolled yet')
  })

  it('shows the hunters found and leads to the next page', async () => {
    const search = { name: 'unt & co', found: [player], next: 'abc_-', refused: null }
    const page = await shown({ search })
    expect(page).toContain('Valor1 · City Gate3 · City7, on a quest')
    expect(page).toContain('great sword')
    expect(page).toContain('href="/?name=unt+%26+co&amp;cursor=abc_-"')
  })

  it('escapes every text that somebody else wrote', async () => {
    const hostile = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'x'), minLength: 1 })
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const mark = `<i>${text}"'`
        const page = await shown({
          servers: [{ ...server, name: mark, node: { id: mark, name: mark } }],
          nodes: [{ ...node, name: mark }],
          search: {
            name: mark,
            found: [{ ...player, name: mark, location: { ...at, server: { id: 1, name: mark } } }],
            next: mark,
            refused: null,
          },
        })
        const refused = await shown({ search: { name: mark, found: [], next: null, refused: mark } })
        for (const each of [page, refused]) {
          expect(each).not.toContain('<i>')
          expect(
            each
              .replaceAll(/="[^"<>]*"/g, '')
              .match(/<[^<>]*>/g)
              ?.join(''),
          ).not.toMatch(/["']/)
        }
      }),
    )
  })

  const at = { gate: null, city: null, inQuest: false, reportedAt: '2026-11-22T21:00:00.000Z' }
})

describe('the reference page', () => {
  it('has a section for every operation and every named shape', async () => {
    const document = openApi()
    const page = String(await referencePage(document))
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(methods)) {
        expect(page).toContain(`id="${(operation as { operationId: string }).operationId}"`)
      }
    }
    for (const name of Object.keys(document.components.schemas)) expect(page).toContain(`id="${name}"`)
    expect(page).not.toMatch(/<script|false<|undefined|\[object/)
  })
})
