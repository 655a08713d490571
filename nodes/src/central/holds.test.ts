import { expect, test } from 'vitest'
import { createHolds } from './holds.ts'
import type { Hold } from './link.ts'

function hold(capcomId: string, fence: number): Hold {
  return { capcomId, fence, name: new Uint8Array([65]), serverId: 1, settings: null }
}

test('a hold is there from the claim to the release, which happens once', () => {
  const holds = createHolds()
  const one = hold('AAAAAA', 3)
  expect(holds.claiming()(one)).toMatchObject({ kept: true, older: null })
  expect(holds.has(one)).toBe(true)
  expect([holds.remove(one), holds.remove(one), holds.has(one)]).toEqual([true, false, false])
})

test('a newer claim of the same player replaces the older hold, whatever the order of the answers', () => {
  const holds = createHolds()
  const [older, newer] = [hold('AAAAAA', 3), hold('AAAAAA', 4)]
  const [first, second] = [holds.claiming(), holds.claiming()]
  expect(first(older).kept).toBe(true)
  expect(second(newer)).toMatchObject({ kept: true, older })
  expect([holds.has(older), holds.remove(older), holds.has(newer)]).toEqual([false, false, true])

  expect(holds.claiming()(hold('AAAAAA', 2))).toMatchObject({ kept: false, older: null })
  expect(holds.has(newer)).toBe(true)
})

test('a lost fence takes what is held under it or a lower one, and nothing newer', () => {
  const holds = createHolds()
  const one = hold('AAAAAA', 3)
  holds.claiming()(one)
  expect(holds.lose('AAAAAA', 2)).toBeNull()
  expect(holds.lose('BBBBBB', 9)).toBeNull()
  expect(holds.lose('AAAAAA', 3)).toBe(one)
  expect(holds.lose('AAAAAA', 3)).toBeNull()
})

test('a hold that was lost before its claim was answered is dead on arrival', () => {
  const holds = createHolds()
  const [first, second] = [holds.claiming(), holds.claiming()]
  holds.lose('AAAAAA', 5)
  second(null)
  expect(first(hold('AAAAAA', 5)).kept).toBe(false)
  expect(holds.claiming()(hold('AAAAAA', 6)).kept).toBe(true)
})

test('a claim is overtaken by what a letter tells of its player meanwhile, and by nothing else', () => {
  const holds = createHolds()
  holds.missed('AAAAAA')
  const [first, second] = [holds.claiming(), holds.claiming()]
  holds.missed('BBBBBB')
  expect(first(hold('AAAAAA', 1)).overtaken).toBe(false)
  expect(second(hold('BBBBBB', 1)).overtaken).toBe(true)
  expect(holds.claiming()(hold('BBBBBB', 2)).overtaken).toBe(false)
})

test('all at once', () => {
  const holds = createHolds()
  const all = [hold('AAAAAA', 1), hold('BBBBBB', 1)]
  for (const one of all) holds.claiming()(one)
  expect(holds.loseAll()).toEqual(all)
  expect(holds.loseAll()).toEqual([])
})

test('populations count who is held, server by server', () => {
  const holds = createHolds()
  for (const capcomId of ['AAAAAA', 'BBBBBB', 'CCCCCC']) holds.claiming()(hold(capcomId, 1))
  holds.claiming()({ ...hold('DDDDDD', 1), serverId: 5 })
  holds.lose('BBBBBB', 1)
  // A newer claim of the same player, for another game server.
  holds.claiming()({ ...hold('CCCCCC', 2), serverId: 5 })
  const populations = () => [1, 5, 7].map(holds.population)
  expect(populations()).toEqual([1, 2, 0])
  expect(holds.remove({ ...hold('CCCCCC', 2), serverId: 5 })).toBe(false)
  holds.loseAll()
  expect(populations()).toEqual([0, 0, 0])
})
