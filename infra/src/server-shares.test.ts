import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { shareServers } from './server-shares.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'citygate shares '))
})
afterEach(() => rmSync(folder, { recursive: true }))

function fileOf(offers: unknown): string {
  const file = join(folder, 'servers.json')
  writeFileSync(file, JSON.stringify(offers))
  return file
}

const named = (name: string, worker?: number) => ({ name, type: 'open', ...(worker ? { worker } : {}) })
const namesOf = (shares: ReturnType<typeof shareServers>) =>
  shares.map((share) => Array.isArray(share) && share.map(({ name }) => name))

it('deals the default world out evenly', () => {
  expect(shareServers(undefined, 1)).toEqual(['default'])
  expect(shareServers(undefined, 2)).toEqual([
    { default: { index: 0, of: 2 } },
    { default: { index: 1, of: 2 } },
  ])
})

it('deals a file out in turn, except what is meant for one worker', () => {
  const file = fileOf([named('A'), named('B', 2), named('C'), named('D')])
  expect(namesOf(shareServers(file, 2))).toEqual([
    ['A', 'D'],
    ['B', 'C'],
  ])
  expect(namesOf(shareServers(file, 5))).toEqual([['A'], ['B', 'C'], ['D'], [], []])
})

it('refuses a worker that there is not, and a file that holds something else', () => {
  expect(() => shareServers(fileOf([named('A', 3)]), 2)).toThrow('A is for worker 3, and there are 2')
  expect(() => shareServers(fileOf([{ name: 'A', type: 'closed' }]), 1)).toThrow(
    /^servers: .*servers\.json: /,
  )
  expect(() => shareServers(join(folder, 'none'), 1)).toThrow(/^servers: .*ENOENT/)
})

it('reads a file as an editor on Windows saves it', () => {
  const file = join(folder, 'servers.json')
  writeFileSync(file, `\ufeff${JSON.stringify([named('A')])}`)
  expect(namesOf(shareServers(file, 1))).toEqual([['A']])
})

it('says what is wrong in the words of the file, before a token is used for it', () => {
  const refusalOf = (offers: unknown) => () => shareServers(fileOf(offers), 1)
  expect(refusalOf([named('A'), { ...named('B'), capacity: 100, soft: 300 }])).toThrow(
    /servers\.json: game server 2 \(B\): soft: at most the capacity, 100$/,
  )
  expect(refusalOf([{ ...named('B'), soft: 3000 }])).toThrow(/ \(B\): soft: at most the capacity, 2000$/)
  expect(refusalOf([{ ...named('B'), colour: 'red' }])).toThrow(
    / \(B\): there is no "colour"\. Allowed: id, name, type, gates, cities, capacity, soft, region, worker$/,
  )
  expect(refusalOf([named('A'), { name: 'B', type: 'opne' }])).toThrow(/game server 2 \(B\): type: /)
  expect(refusalOf([{ type: 'open' }])).toThrow(/game server 1: name: /)
  expect(refusalOf([named('A'), named('B'), named('A')])).toThrow(/two game servers are called "A"$/)
  expect(
    refusalOf([
      { ...named('A'), id: 5 },
      { ...named('B'), id: 5 },
    ]),
  ).toThrow(/two game servers have the id 5$/)
})
