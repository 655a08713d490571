import type { Presence } from '@citygate/schema/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOutbox, type Draw } from './outbox.ts'

function presence(capcomId: string, fence = 1, gate: number | null = null): Presence {
  return { capcomId, fence, serverId: 1, gate, city: null, inQuest: false, leader: false }
}

/** As after the first answer: central has everybody. */
function started() {
  const outbox = createOutbox()
  outbox.draw()
  outbox.heard({ generation: 'g1', wantFull: false })
  return outbox
}

test('the first call carries everybody, the next only what changed', () => {
  const outbox = createOutbox()
  outbox.show(presence('AAAAAA'))
  expect(outbox.hasNews()).toBe(true)
  expect(outbox.draw().presence).toEqual({
    generation: null,
    full: true,
    set: [presence('AAAAAA')],
    gone: [],
  })
  outbox.heard({ generation: 'g1', wantFull: false })
  expect(outbox.hasNews()).toBe(false)

  outbox.show(presence('BBBBBB', 1, 2))
  outbox.show(presence('BBBBBB', 1, 3))
  expect(outbox.draw().presence).toEqual({
    generation: 'g1',
    full: false,
    set: [presence('BBBBBB', 1, 3)],
    gone: [],
  })
})

test.each([
  ['another generation', { generation: 'g2', wantFull: false }],
  ['being asked', { generation: 'g1', wantFull: true }],
])('everybody again after %s', (_, heard) => {
  const outbox = started()
  outbox.show(presence('AAAAAA'))
  outbox.draw()
  outbox.heard(heard)
  expect(outbox.hasNews()).toBe(true)
  expect(outbox.draw().presence).toMatchObject({
    generation: heard.generation,
    full: true,
    set: [presence('AAAAAA')],
  })
})

test('more players than one call carries follow in the next', () => {
  const outbox = createOutbox()
  for (let i = 0; i < 4500; i++) outbox.show(presence(String(i).padStart(6, '0')))
  const draws: Draw[] = []
  while (outbox.hasNews() && draws.length < 10) draws.push(outbox.draw())
  expect(draws.map((draw) => [draw.presence.full, draw.presence.set.length])).toEqual([
    [true, 2000],
    [false, 2000],
    [false, 500],
  ])
  expect(new Set(draws.flatMap((draw) => draw.presence.set.map((one) => one.capcomId))).size).toBe(4500)
})

describe('a call that failed', () => {
  test('tells again who is still here, and what was not told anew', () => {
    const outbox = started()
    outbox.show(presence('AAAAAA'))
    outbox.show(presence('BBBBBB'))
    outbox.release({ capcomId: 'CCCCCC', fence: 4, reason: 'left' })
    const draw = outbox.draw()
    outbox.release({ capcomId: 'BBBBBB', fence: 1, reason: 'left' })
    outbox.show(presence('AAAAAA', 1, 5))
    outbox.putBack(draw)
    expect(outbox.draw()).toEqual({
      draining: false,
      presence: { generation: 'g1', full: false, set: [presence('AAAAAA', 1, 5)], gone: [] },
      releases: [
        { capcomId: 'CCCCCC', fence: 4, reason: 'left' },
        { capcomId: 'BBBBBB', fence: 1, reason: 'left' },
      ],
    })
  })

  test('draining is told until it was heard', () => {
    const outbox = started()
    outbox.drain(true)
    outbox.drain(true)
    const draw = outbox.draw()
    expect([draw.draining, outbox.hasNews()]).toEqual([true, false])
    outbox.putBack(draw)
    expect(outbox.hasNews()).toBe(true)
  })
})

test('a lost hold is not spoken of any more, a later one of the same player is', () => {
  const outbox = started()
  outbox.show(presence('AAAAAA', 1))
  outbox.forget({ capcomId: 'AAAAAA', fence: 1 })
  expect(outbox.draw()).toMatchObject({ presence: { set: [] } })

  outbox.show(presence('AAAAAA', 2))
  outbox.forget({ capcomId: 'AAAAAA', fence: 1 })
  expect(outbox.draw().presence.set).toEqual([presence('AAAAAA', 2)])
})

/**
 * Central as the contract describes it: `full` replaces, `set` adds, a release removes. A call may fail
 * before or after central has applied it, and central may lose everything and ask for all.
 */
test('whatever calls fail, central ends up showing exactly who is here, and hears every release', () => {
  const ids = ['AAAAAA', 'BBBBBB', 'CCCCCC']
  const event = fc.oneof(
    fc.record({
      do: fc.constant('show' as const),
      id: fc.constantFrom(...ids),
      gate: fc.integer({ min: 1, max: 9 }),
    }),
    fc.record({ do: fc.constant('release' as const), id: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('sync' as const), fate: fc.constantFrom('answered', 'lost', 'unanswered') }),
    fc.record({ do: fc.constant('crash' as const) }),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const outbox = createOutbox()
      const here = new Map<string, Presence>()
      const fences = new Map<string, number>()
      const released = new Set<string>()
      let central = new Map<string, Presence>()
      let generation = 1
      const heard = new Set<string>()

      const sync = (fate: string) => {
        const draw = outbox.draw()
        if (fate !== 'lost') {
          const known = draw.presence.full || draw.presence.generation === `g${generation}`
          if (draw.presence.full) central = new Map()
          for (const one of draw.presence.set) central.set(one.capcomId, one)
          for (const one of draw.releases) {
            heard.add(`${one.capcomId} ${one.fence}`)
            if (central.get(one.capcomId)?.fence === one.fence) central.delete(one.capcomId)
          }
          if (fate === 'answered') outbox.heard({ generation: `g${generation}`, wantFull: !known })
        }
        if (fate !== 'answered') outbox.putBack(draw)
      }

      for (const event of events) {
        if (event.do === 'sync') sync(event.fate)
        else if (event.do === 'crash') {
          central = new Map()
          generation++
        } else if (event.do === 'show') {
          const fence = here.get(event.id)?.fence ?? (fences.get(event.id) ?? 0) + 1
          fences.set(event.id, fence)
          here.set(event.id, presence(event.id, fence, event.gate))
          outbox.show(presence(event.id, fence, event.gate))
        } else {
          const held = here.get(event.id)
          if (!held) continue
          here.delete(event.id)
          released.add(`${held.capcomId} ${held.fence}`)
          outbox.release({ capcomId: held.capcomId, fence: held.fence, reason: 'left' })
        }
      }
      sync('answered')
      for (let calls = 0; outbox.hasNews() && calls < 5; calls++) sync('answered')
      expect(outbox.hasNews()).toBe(false)
      expect(central).toEqual(here)
      expect(heard).toEqual(released)
    }),
  )
})
