import { describe, expect, test } from 'vitest'
import { ascii, CircleInfo, CircleUserData } from '../pat/index.ts'
import {
  arrive,
  createCircle,
  endLayers,
  expireVisits,
  goDown,
  jump,
  jumpGo,
  part,
  prepareJump,
  setReady,
  startMatch,
} from './index.ts'
import { idOf, type Stage, stage } from './testing/stage.ts'

const to = (gate: number, city = 0, server = 1) => ({ server, gate, city })

const back = (here: Stage, name: string, server: number) => {
  const player = arrive(here.world, { capcomId: idOf(name), name: ascii(name), server, settings: undefined })
  if (!player) throw new Error(`${name} was turned away`)
  return player
}

describe('on the same server', () => {
  test('from gate to gate: the old one hears him go, the new one come', () => {
    const { act, inGate, arrives } = stage()
    const [a] = inGate('Alice', 'Bob')
    const c = arrives('Carol')
    if (!a) throw new Error()
    act(c, 1, goDown, 2)
    expect(act(a, 9, jump, to(2))).toEqual(['B < NtcLayerOut 0', 'C < NtcLayerIn 9', 'A < AnsLayerJump 9'])
  })

  test('from a gate into a city elsewhere, and from city to city', () => {
    const { act, inCity, inGate, arrives } = stage()
    const [a] = inCity('Alice', 'Bob', 'Carol')
    const [g] = inGate('George')
    const d = arrives('Dora')
    if (!a || !g) throw new Error()
    act(d, 1, goDown, 2)
    expect(act(d, 5, jump, to(1, 1))).toEqual(['D < AnsLayerJump 5', 'G < NtcLayerUserNum 0'])
    expect(act(g, 6, jump, to(1, 1))).toEqual(['refused: city_full'])
    expect(act(a, 7, jump, to(2))).toEqual([
      'B C D < NtcLayerHost 0',
      'B C D < NtcLayerOut 0',
      'G < NtcLayerUserNum 0',
      'A < AnsLayerJump 7',
    ])
    expect(act(g, 8, jump, to(1, 1))).toEqual(['G < AnsLayerJump 8'])
  })

  test('back to the server’s own level, from anywhere, and when already there', () => {
    const { act, inCity } = stage()
    const [a] = inCity('Alice', 'Bob')
    if (!a) throw new Error()
    expect(act(a, 5, jump, to(0))).toEqual(['B < NtcLayerHost 0', 'B < NtcLayerOut 0', 'A < AnsLayerJump 5'])
    expect(act(a, 6, jump, to(0))).toEqual(['A < AnsLayerJump 6'])
    expect(a.at).toBe(a.server)
  })

  test('what cannot be is refused, and he stays where he is', () => {
    const { act, inGate } = stage()
    const [a] = inGate('Alice')
    if (!a) throw new Error()
    expect(act(a, 1, jump, to(1))).toEqual(['refused: same_place'])
    expect(act(a, 1, jump, to(9))).toEqual(['refused: no_such_place'])
    expect(act(a, 1, jump, to(1, 0, 2))).toEqual(['refused: no_such_place'])
    expect(act(a, 1, jump, to(2, 2))).toEqual(['refused: city_gone'])
    expect(a.at?.members.has(a)).toBe(true)
  })

  test('nobody warps out of a quest', () => {
    const { act, inCity } = stage()
    const [a] = inCity('Alice')
    if (!a) throw new Error()
    act(a, 1, createCircle, CircleInfo.of({ capacity: 4 }), [])
    act(a, 2, setReady, CircleUserData.of({ isStandby: 1 }))
    act(a, 3, startMatch)
    expect(act(a, 4, jump, to(2))).toEqual(['refused: in_quest'])
    expect(act(a, 4, prepareJump, to(1, 0, 2), 0)).toEqual(['refused: in_quest'])
  })
})

describe('to another server of the same world', () => {
  test('a seat is kept for a minute, and taken on arrival', () => {
    const here = stage()
    const { act, inCity, inGate, world } = here
    const [a, b, c] = inCity('Alice', 'Bob', 'Carol')
    const [e] = inGate('Eve')
    if (!a || !b || !c || !e) throw new Error()
    const d = back(here, 'Dora', 2)
    expect(act(d, 3, prepareJump, to(1, 1), 0)).toEqual(['D < NtcLayerJumpReady 3'])
    expect(act(e, 4, goDown, 1)).toEqual(['refused: city_full'])
    act(d, 5, endLayers)
    part(world, d)
    const again = back(here, 'Dora', 1)
    expect(act(again, 6, jumpGo, to(1, 1))).toEqual(['D < NtcLayerJumpGo 6', 'E < NtcLayerUserNum 0'])
    expect(world.visits.size).toBe(0)
  })

  test('a seat that nobody takes is given back', () => {
    const here = stage()
    const { act, inCity, inGate, world } = here
    inCity('Alice', 'Bob', 'Carol')
    const [e] = inGate('Eve')
    if (!e) throw new Error()
    act(back(here, 'Dora', 2), 3, prepareJump, to(1, 1), 1000)
    expireVisits(world, 60_999)
    expect(act(e, 4, goDown, 1)).toEqual(['refused: city_full'])
    expireVisits(world, 61_000)
    expect(act(e, 5, goDown, 1)).toEqual(['E < AnsLayerDown 5'])
  })

  test('who comes in somewhere else gives his seat back', () => {
    const here = stage()
    const { act, inCity, world } = here
    inCity('Alice')
    const d = back(here, 'Dora', 2)
    act(d, 3, prepareJump, to(1, 1), 0)
    part(world, d)
    back(here, 'Dora', 2)
    expect(world.visits.size).toBe(0)
  })

  test('who goes there by himself has his place, and no second one', () => {
    const { act, inCity, inGate, world } = stage()
    inCity('Alice', 'Bob', 'Carol')
    const [d] = inGate('Dora')
    if (!d) throw new Error()
    act(d, 1, prepareJump, to(1, 1), 0)
    act(d, 2, goDown, 1)
    expect(world.visits.size).toBe(0)
    expect(act(d, 3, prepareJump, to(1, 1), 0)).toEqual(['refused: same_place'])
  })

  test('without a seat the arrival is tried as a jump', () => {
    const here = stage()
    const { act, inCity } = here
    inCity('Alice', 'Bob', 'Carol', 'Dora')
    const e = here.arrives('Eve')
    expect(act(e, 3, jumpGo, to(1, 1))).toEqual(['refused: city_full'])
    expect(act(e, 4, jumpGo, to(2))).toEqual(['E < NtcLayerJumpGo 4'])
  })

  test('a seat is refused where there is no room', () => {
    const here = stage()
    here.inCity('Alice', 'Bob', 'Carol', 'Dora')
    const e = back(here, 'Eve', 2)
    expect(here.act(e, 3, prepareJump, to(1, 1), 0)).toEqual(['refused: city_full'])
    expect(here.act(e, 3, prepareJump, to(1, 2), 0)).toEqual(['refused: city_gone'])
    expect(here.act(e, 3, prepareJump, to(0), 0)).toEqual(['refused: no_such_place'])
    expect(here.act(e, 3, prepareJump, to(0, 0, 77), 0)).toEqual(['refused: no_such_place'])
    expect(here.act(e, 3, prepareJump, to(1, 1, 77), 0)).toEqual(['E < NtcLayerJumpReady 3'])
  })
})
