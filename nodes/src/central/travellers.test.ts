import type { Directory } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { directoryNow, hearDirectory } from './standing.ts'
import { manualClock } from './testing/manual-clock.ts'
import { createTravellers } from './travellers.ts'

const listed = (id: number, population: number) => ({
  ...{ id, name: `Valor${id}`, type: 'open' as const, capacity: 2000, population, soft: 1600 },
  ...{ status: 'up' as const, address: { host: '127.0.0.1', port: 8202 } },
})
const entry = { nodeId: 'n', lmp: { host: '127.0.0.1', port: 8201 }, rfp: null, load: 3 }
const counted = (...populations: number[]): Directory => ({
  version: 1,
  servers: populations.map((population, index) => listed(index + 1, population)),
  entries: [{ ...entry }],
})

test('a traveller is counted where he was sent last, until he arrives', () => {
  const travellers = createTravellers(manualClock())
  travellers.sent('a', 1)
  travellers.sent('a', 2)
  travellers.sent('b', 2)
  expect([1, 2].map(travellers.to)).toEqual([0, 2])
  travellers.arrived('a')
  travellers.arrived('a')
  expect(travellers.to(2)).toBe(1)
})

test('who never arrives is not counted for longer than his seat lasts', () => {
  const clock = manualClock()
  const travellers = createTravellers(clock)
  travellers.sent('a', 1)
  clock.advance(30_000)
  travellers.sent('b', 1)
  clock.advance(30_000)
  expect(travellers.to(1)).toBe(1)
  clock.advance(30_000)
  expect(travellers.to(1)).toBe(0)
})

test('a crowd between two counts is spread, and what central has counted is not counted twice', () => {
  const travellers = createTravellers(manualClock())
  const standing = { epoch: { servers: [] }, directory: counted(0, 0, 0) }
  const now = () => directoryNow(standing, standing.directory, { population: () => 0 }, travellers)
  for (const who of 'abcdefghi') {
    // As a console picks: the most free places.
    const [emptiest] = [...now().servers].sort((one, other) => one.population - other.population)
    travellers.sent(who, emptiest?.id ?? 0)
  }
  expect(now().servers.map(({ population }) => population)).toEqual([3, 3, 3])

  // A sync that brings the same counts once more: nobody has counted since, and OPN goes on from what it has sent.
  const { entries } = standing.directory
  hearDirectory(standing, counted(0, 0, 0), travellers)
  expect(now().servers.map(({ population }) => population)).toEqual([3, 3, 3])
  expect(standing.directory.entries).toBe(entries)

  hearDirectory(standing, counted(3, 4, 3), travellers)
  expect(now().servers.map(({ population }) => population)).toEqual([3, 4, 3])
})
