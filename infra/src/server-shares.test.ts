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
