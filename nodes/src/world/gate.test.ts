import { describe, expect, test } from 'vitest'
import { ascii, encodeFrame, headerSize, hex } from '../pat/index.ts'
import {
  arrive,
  askCityHost,
  createCity,
  endLayers,
  expireReservations,
  findPlayersBelow,
  finishCity,
  goDown,
  goUp,
  part,
  play,
  populationOf,
  reserveCity,
  type Step,
  startLayers,
  takeMoved,
} from './index.ts'
import { lines, stage } from './testing/stage.ts'

const path = new Uint8Array(14)
const anybody = { capcomId: ascii(''), hunterName: ascii(''), conditions: [] }
const payloads = (step: Step): string[] =>
  step.notices.map(({ packet, body, sequence }) =>
    hex(encodeFrame(packet, sequence, body).subarray(headerSize)),
  )

describe('coming to a server', () => {
  test('a player stands on his server’s list and on no other', () => {
    const { world, arrives } = stage()
    const a = arrives('Alice')
    expect(world.servers.get(1)?.members.occupants).toEqual([a])
    expect(a.at).toBe(world.servers.get(1))
    expect(takeMoved(world)).toEqual([a])
    expect(takeMoved(world)).toEqual([])
  })

  test('the same Capcom ID does not come in twice, and nobody comes into a full or foreign server', () => {
    const { world, arrives } = stage()
    arrives('Alice')
    const arrival = { name: ascii('X'), settings: undefined }
    expect(arrive(world, { ...arrival, capcomId: 'AAAAAA', server: 1 })).toBeUndefined()
    expect(arrive(world, { ...arrival, capcomId: 'BBBBBB', server: 9 })).toBeUndefined()
    expect(arrive(world, { ...arrival, capcomId: 'BBBBBB', server: 2 })).toBeDefined()
    expect(arrive(world, { ...arrival, capcomId: 'CCCCCC', server: 2 })).toBeDefined()
    expect(arrive(world, { ...arrival, capcomId: 'DDDDDD', server: 2 })).toBeUndefined()
  })

  test('the start of the layers answers a placeholder, byte for byte', () => {
    const { world, arrives } = stage()
    expect(payloads(play(world, arrives('Alice'), 6, startLayers))).toEqual([
      '07050200010305000a4c6179657253746172740603000000000903000000041001011103000001f4120101',
    ])
  })

  test('a second start leaves the places where the player was', () => {
    const { act, inGate, world } = stage()
    const [a, b] = inGate('Alice', 'Bob')
    if (!a || !b) throw new Error()
    expect(act(b, 9, startLayers)).toEqual(['A < NtcLayerOut 0', 'B < AnsLayerStart 9'])
    expect(world.servers.get(1)?.gates[0]?.members.occupants).toEqual([a])
    expect(b.at).toBe(b.server)
  })
})

describe('gates', () => {
  test('make their cities when somebody looks at them; counting and searching does not', () => {
    const { world, arrives } = stage()
    const [one] = world.servers.get(1)?.gates ?? []
    if (!one) throw new Error('a server without gates')
    expect(populationOf(one.server)).toBe(0)
    expect(findPlayersBelow(one.server, arrives('Alice'), anybody)).toHaveLength(1)
    expireReservations(world, 0)
    expect(one.madeCities).toEqual([])
    expect(one.cities.map(({ number }) => number)).toEqual(one.cities.map((_, index) => index + 1))
    expect(one.madeCities).toBe(one.cities)
  })

  test('those in the gate hear of the newcomer before he has his answer (trace 0)', () => {
    const { act, inGate, arrives } = stage()
    inGate('Alice', 'George')
    expect(act(arrives('Bob'), 14, goDown, 1)).toEqual(['A G < NtcLayerIn 14', 'B < AnsLayerDown 14'])
  })

  test('a free place is taken again by the next one', () => {
    const { act, goes, inGate, arrives } = stage()
    const [a] = inGate('Alice', 'Bob', 'Carol')
    if (!a) throw new Error()
    goes(a)
    const d = arrives('Dora')
    act(d, 1, goDown, 1)
    expect(act(arrives('Eve'), 2, goDown, 1)).toEqual(['D B C < NtcLayerIn 2', 'E < AnsLayerDown 2'])
  })

  test('leaving by Up, End, or a lost line is told to the others, under 0', () => {
    const { act, goes, inGate } = stage()
    const [a, b, c, d] = inGate('Alice', 'Bob', 'Carol', 'Dora')
    if (!a || !b || !c || !d) throw new Error()
    expect(act(b, 36, goUp)).toEqual(['A C D < NtcLayerOut 0', 'B < AnsLayerUp 36'])
    expect(b.at).toBe(b.server)
    expect(act(c, 43, endLayers)).toEqual(['A D < NtcLayerOut 0', 'C < AnsLayerEnd 43'])
    expect(c.at).toBeUndefined()
    expect(goes(d)).toEqual(['A < NtcLayerOut 0'])
    expect(goes(a)).toEqual([])
  })

  test('what cannot be done is refused and changes nothing', () => {
    const { act, arrives, world } = stage()
    const a = arrives('Alice')
    expect(act(a, 1, goDown, 0)).toEqual(['refused: no_such_place'])
    expect(act(a, 1, goDown, 4)).toEqual(['refused: no_such_place'])
    expect(act(a, 1, goUp)).toEqual(['A < AnsLayerUp 1'])
    act(a, 1, endLayers)
    expect(act(a, 1, goDown, 1)).toEqual(['refused: not_here'])
    expect(world.servers.get(1)?.members.size).toBe(0)
  })

  test('a full gate takes nobody', () => {
    const { world, arrives, act } = stage()
    const gate = world.servers.get(1)?.gates[0]
    if (!gate) throw new Error()
    Object.assign(gate, { capacity: 1 })
    act(arrives('Alice'), 1, goDown, 1)
    const b = arrives('Bob')
    expect(act(b, 1, goDown, 1)).toEqual(['refused: gate_full'])
    expect(b.at).toBe(b.server)
  })
})

describe('cities', () => {
  test('founding one, joining it, leaving it (traces 1 to 6, 23, 24)', () => {
    const { act, goes, inGate } = stage()
    const [a, b, g] = inGate('Alice', 'Bob', 'George')
    if (!a || !b || !g) throw new Error()
    expect(act(a, 4, reserveCity, 1, 0)).toEqual(['A < AnsLayerCreateHead 4', 'B G < NtcLayerInfoSet 0'])
    expect(act(a, 5, createCity, 1, [])).toEqual(['A < AnsLayerCreateSet 5', 'B G < NtcLayerUserNum 0'])
    expect(act(a, 6, finishCity, 1)).toEqual(['A < AnsLayerCreateFoot 6', 'B G < NtcLayerInfoSet 0'])
    expect(act(b, 5, goDown, 1)).toEqual(['B < AnsLayerDown 5', 'G < NtcLayerUserNum 0'])
    expect(act(b, 6, askCityHost, path)).toEqual(['B < AnsLayerHost 6', 'A < NtcLayerIn 6'])
    expect(act(a, 15, goUp)).toEqual([
      'B < NtcLayerHost 0',
      'B < NtcLayerOut 0',
      'G < NtcLayerUserNum 0',
      'A < AnsLayerUp 15',
    ])
    expect(goes(b)).toEqual(['A G < NtcLayerUserNum 0', 'A G < NtcLayerInfoSet 0'])
  })

  test('the notices about a city, byte for byte', () => {
    const { world, inGate } = stage()
    const [a] = inGate('Alice', 'Bob')
    if (!a) throw new Error()
    const city =
      '000e00000003000000010001000100010e010300000001050200011103000001f412010103050005436974793106'
    const names = `15010316050017${hex(ascii('Valor1\tCity Gate1\tCity1'))}0206000e0000000300000001000100010001`
    expect(payloads(play(world, a, 1, reserveCity, 1, 0))[1]).toBe(
      `${city}03000000000703000000000903000000040b03000000000c030000000c100102${names}00`,
    )
    const fields = [{ id: 1 }, { id: 2, value: 0xffffffff }]
    expect(payloads(play(world, a, 1, createCity, 1, fields))[1]).toBe(
      '04070106000e00000003000000010001000100010203000000010303000000010403af00fa000503000000040603bf00fb00070300000000',
    )
    expect(payloads(play(world, a, 1, finishCity, 1))[1]).toBe(
      `${city}03000000010703000000010903000000040b03000000000c030000000c100103${names}02010002` +
        '01ffffffff',
    )
  })

  test('a new leader is named with a path of eight zeros', () => {
    const { world, inCity } = stage()
    const [a] = inCity('Alice', 'Bob', 'Carol')
    if (!a) throw new Error()
    const step = part(world, a)
    expect(lines(step)).toEqual(['B C < NtcLayerHost 0', 'B C < NtcLayerOut 0'])
    expect(payloads(step)[0]).toBe(`000800000000000000000006${hex(ascii('BBBBBB'))}0003${hex(ascii('Bob'))}`)
  })

  test('a reservation ends with a cancel, with its owner, and after 40 seconds', () => {
    const { act, goes, inGate, world } = stage()
    const [a, b, c] = inGate('Alice', 'Bob', 'Carol')
    if (!a || !b || !c) throw new Error()
    act(a, 1, reserveCity, 2, 1000)
    expect(act(b, 1, reserveCity, 2, 2000)).toEqual(['refused: city_reserved'])
    expect(act(b, 1, goDown, 2)).toEqual(['refused: city_reserved'])
    expect(act(b, 2, finishCity, 2)).toEqual(['B < AnsLayerCreateFoot 2'])
    expect(act(a, 2, finishCity, 2)).toEqual(['A < AnsLayerCreateFoot 2', 'B C < NtcLayerInfoSet 0'])
    act(a, 3, reserveCity, 2, 3000)
    expect(goes(a)).toEqual(['B C < NtcLayerOut 0', 'B C < NtcLayerInfoSet 0'])
    act(b, 3, reserveCity, 2, 4000)
    expect(lines(expireReservations(world, 43_999))).toEqual([])
    expect(lines(expireReservations(world, 44_000))).toEqual(['B C < NtcLayerInfoSet 0'])
    act(b, 4, reserveCity, 2, 50_000)
    expect(act(c, 4, reserveCity, 2, 90_000)).toEqual(['C < AnsLayerCreateHead 4', 'B < NtcLayerInfoSet 0'])
    expect(act(b, 5, createCity, 2, [])).toEqual(['refused: city_reserved'])
  })

  test('going into another city gives the reservation up', () => {
    const { act, inCity, inGate } = stage()
    inCity('Alice')
    const [b, c] = inGate('Bob', 'Carol')
    if (!b || !c) throw new Error()
    act(b, 1, reserveCity, 3, 0)
    expect(act(b, 2, goDown, 1)).toEqual([
      'B < AnsLayerDown 2',
      'C < NtcLayerUserNum 0',
      'C < NtcLayerInfoSet 0',
    ])
  })

  test('nobody joins a city that is full or free, or founds one that is not', () => {
    const { act, inCity, inGate, world } = stage()
    inCity('Alice', 'Bob', 'Carol', 'Dora')
    const [e] = inGate('Eve')
    if (!e) throw new Error()
    expect(act(e, 1, goDown, 1)).toEqual(['refused: city_full'])
    expect(act(e, 1, goDown, 2)).toEqual(['refused: city_gone'])
    expect(act(e, 1, reserveCity, 1, 0)).toEqual(['refused: city_taken'])
    expect(act(e, 1, createCity, 1, [])).toEqual(['refused: city_taken'])
    expect(act(e, 1, reserveCity, 9, 0)).toEqual(['refused: no_such_place'])
    expect(act(e, 1, askCityHost, path)).toEqual(['refused: not_here'])
    const server = world.servers.get(1)
    expect(server && populationOf(server)).toBe(5)
  })

  test('a city keeps as many fields as a client reads', () => {
    const { act, world, inGate } = stage()
    const [a] = inGate('Alice')
    if (!a) throw new Error()
    act(
      a,
      1,
      createCity,
      1,
      Array.from({ length: 255 }, (_, id) => ({ id, value: id })),
    )
    expect(world.servers.get(1)?.gates[0]?.cities[0]?.optionalFields).toHaveLength(32)
  })

  test('an empty city forgets everything', () => {
    const { world, inCity, goes } = stage()
    const [a] = inCity('Alice')
    if (!a) throw new Error()
    goes(a)
    expect(world.servers.get(1)?.gates[0]?.cities[0]).toMatchObject({
      leader: undefined,
      optionalFields: [],
      reservation: undefined,
      circles: [],
    })
    expect(world.players.size).toBe(0)
  })
})
