/** Random hunters do random things, sensible or not, and the world stays whole after each of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ascii, CircleInfo, CircleUserData, encodeFrame, Items, MessageInfo } from '../pat/index.ts'
import {
  arrive,
  askCityHost,
  type Circle,
  type City,
  type Command,
  changeCircle,
  chat,
  chatInCircle,
  createCircle,
  createCity,
  createWorld,
  endLayers,
  endMatch,
  expireReservations,
  expireVisits,
  finishCity,
  freeSeat,
  goDown,
  goUp,
  joinCircle,
  jump,
  jumpGo,
  listCircles,
  type Notice,
  type Player,
  part,
  play,
  populationOf,
  prepareJump,
  quitCircle,
  relayBinary,
  relayBinaryTo,
  relayCircleBinary,
  relayPosition,
  reserveCity,
  type Step,
  setReady,
  showSettings,
  startLayers,
  startMatch,
  takeMoved,
  takeSeat,
  tellInLayer,
  type World,
  writeSettings,
} from './index.ts'

const names = ['A', 'B', 'C', 'D', 'E', 'F']
const idOf = (name: string) => name.repeat(6)
const data = ascii('data')

/** Every packet that was told to somebody in any of the runs. */
const told = new Set<string>()

/** The world, its clock, and whether each hunter kept his places. */
class Play {
  readonly world: World = createWorld(
    [
      { id: 1, name: 'Valor1', type: 1, gates: 2, cities: 3, capacity: 5 },
      { id: 2, name: 'Valor2', type: 1, gates: 2, cities: 2, capacity: 5 },
    ],
    { gate: 4, city: 3 },
  )
  now = 0
  #places = new Map<Player, ReturnType<typeof standing>>()
  #departed: ReadonlySet<Circle> = new Set()

  /** Three in a city with a posted quest and one in its gate, so that there is something to do. */
  gather(): void {
    const [a, b, c, d] = names.map((name) =>
      arrive(this.world, { capcomId: idOf(name), name: ascii(name), server: 1, settings: undefined }),
    )
    if (!a || !b || !c || !d) throw new Error('the server had no room')
    for (const player of [a, b, c, d]) this.run(play(this.world, player, 1, goDown, 1), player)
    this.run(play(this.world, a, 2, createCity, 1, []), a)
    for (const player of [b, c]) this.run(play(this.world, player, 3, goDown, 1), player)
    this.run(play(this.world, a, 4, createCircle, CircleInfo.of({ capacity: 3 }), []), a)
  }

  run(step: Step, actor?: Player): void {
    if (step.refused && step.notices.length > 0) throw new Error('a refusal told somebody something')
    for (const notice of step.notices) this.#check(notice, actor)
    takeMoved(this.world)
    this.check()
  }

  #check({ to, packet, body, sequence }: Notice, actor: Player | undefined): void {
    encodeFrame(packet, sequence, body)
    told.add(packet.name)
    if (to.length === 0 || new Set(to).size !== to.length)
      throw new Error(`${packet.name}: a crooked audience`)
    for (const player of to)
      if (player !== actor && this.world.players.get(player.capcomId) !== player)
        throw new Error(`${packet.name} goes to somebody who left`)
  }

  check(): void {
    let listed = 0
    for (const server of this.world.servers.values()) {
      for (const layer of [server, ...server.gates, ...server.gates.flatMap(({ cities }) => cities)]) {
        const { occupants } = layer.members
        listed += occupants.length
        if (occupants.some((player) => player.at !== layer))
          throw new Error('a list holds somebody who is elsewhere')
        if (layer.members.size !== occupants.length) throw new Error('a list miscounts')
        if (layer.kind === 'city') this.#checkCity(layer)
      }
      const below = [...this.world.players.values()].filter((player) => player.at && player.server === server)
      if (populationOf(server) !== below.length) throw new Error('the population is not the lists’')
    }
    const placed = [...this.world.players.values()].filter(({ at }) => at)
    if (listed !== placed.length) throw new Error('somebody is in two places or in none')
    for (const player of placed) {
      if (!player.at?.members.has(player)) throw new Error('somebody is not where he thinks')
      if (player.circle && !player.circle.members.has(player)) throw new Error('a party without its member')
      if (player.circle && player.circle.city.circles[player.circle.number - 1] !== player.circle)
        throw new Error('a member of a party that is not on the board')
      if (this.world.visits.get(player.capcomId)?.layer === player.at)
        throw new Error('a seat is kept for somebody who sits there')
      if (!player.circle && player.readiness !== 'joined') throw new Error('ready for no quest')
    }
    this.#checkPlaces(placed)
  }

  #checkCity(city: City): void {
    const { occupants } = city.members
    if (occupants.length > city.capacity) throw new Error('a city over its capacity')
    if ((city.leader === undefined) !== (occupants.length === 0)) throw new Error('a city without its leader')
    if (city.leader && !city.members.has(city.leader)) throw new Error('a leader who is not a member')
    if (occupants.length + this.#keptIn(city) > city.capacity) throw new Error('more seats than places')
    if (city.reservation && (occupants.length > 0 || city.reservation.owner.at !== city.gate))
      throw new Error('a reservation that leads nowhere')
    for (const owner of city.seats.values())
      if (owner.at !== city) throw new Error('a seat of somebody who left')
    for (const circle of city.circles) {
      if (!circle) continue
      if (!circle.members.has(circle.leader)) throw new Error('a party led from outside')
      if (circle.members.size > circle.capacity) throw new Error('a party over its capacity')
      for (const member of circle.members.occupants)
        if (member.at !== city || member.circle !== circle) throw new Error('a member of another party')
    }
  }

  #keptIn(city: City): number {
    return [...this.world.visits.values()].filter(({ layer }) => layer === city).length
  }

  /** Nobody moves inside a list while he stays in it. */
  #checkPlaces(placed: readonly Player[]): void {
    const places = new Map(placed.map((player) => [player, standing(player)]))
    for (const [player, now] of places) {
      const before = this.#places.get(player)
      if (!before) continue
      if (before.layer === now.layer && before.place !== now.place) throw new Error('somebody was moved')
      if (before.circle === now.circle && before.seat !== now.seat) throw new Error('a member was moved')
      if (before.circle !== now.circle && now.circle && this.#departed.has(now.circle))
        throw new Error('somebody joined a party that had left')
    }
    this.#places = places
    this.#departed = new Set(placed.flatMap(({ circle }) => (circle?.departed ? [circle] : [])))
  }
}

const standing = (player: Player) => ({
  layer: player.at,
  place: player.at?.members.placeOf(player),
  circle: player.circle,
  seat: player.circle?.members.placeOf(player),
})

type Real = Play
/** The model is the world's own invariants, so it holds nothing. */
type Model = object

class Act implements fc.Command<Model, Real> {
  readonly #label: string
  readonly #act: (play: Play) => void

  constructor(label: string, act: (play: Play) => void) {
    this.#label = label
    this.#act = act
  }

  check(): boolean {
    return true
  }

  run(_: Model, real: Real): void {
    this.#act(real)
  }

  toString(): string {
    return this.#label
  }
}

const who = fc.constantFrom(...names)
const number = fc.constantFrom(1, 1, 1, 2, 3, 0, 5)

/** Something that the hunter does if he is there. */
function does<A extends readonly unknown[]>(
  label: string,
  command: Command<A>,
  args: fc.Arbitrary<A> | ((play: Play) => A),
): fc.Arbitrary<Act> {
  const drawn = typeof args === 'function' ? fc.constant(args) : args.map((value) => () => value)
  return fc.tuple(who, drawn).map(
    ([name, make]) =>
      new Act(`${name}.${label}`, (real) => {
        const actor = real.world.players.get(idOf(name))
        if (actor) real.run(play(real.world, actor, 5, command, ...make(real)), actor)
      }),
  )
}

const none = fc.constant<[]>([])
const numbered = fc.tuple(number)
/** As they come from the wire: no longer than a packet. */
const remarks = fc
  .constantFrom([], [0, 511], [512], [9000])
  .map((sizes) =>
    sizes.map((size) => ({ id: CircleInfo.fields.remarks.id, tag: 5, value: new Uint8Array(size) }) as const),
  )
const circleInfo = fc
  .record({
    capacity: fc.constantFrom(0, 1, 3, 4, 5),
    password: fc.constantFrom(undefined, undefined, data, ascii('')),
  })
  .chain((fields) =>
    remarks.map((bytes) => new Items(CircleInfo, [...CircleInfo.of(fields).items, ...bytes])),
  )
const standby = fc.tuple(fc.constantFrom(0, 1).map((isStandby) => CircleUserData.of({ isStandby })))

const acts: fc.Arbitrary<Act>[] = [
  fc.tuple(who, fc.constantFrom(1, 1, 2)).map(
    ([name, server]) =>
      new Act(`${name}.arrives`, (real) => {
        arrive(real.world, { capcomId: idOf(name), name: ascii(name), server, settings: undefined })
        real.check()
      }),
  ),
  who.map(
    (name) =>
      new Act(`${name}.parts`, (real) => {
        const actor = real.world.players.get(idOf(name))
        if (actor) real.run(part(real.world, actor), actor)
      }),
  ),
  fc.integer({ min: 1, max: 50_000 }).map(
    (ms) =>
      new Act(`${ms} ms pass`, (real) => {
        real.now += ms
        expireVisits(real.world, real.now)
        real.run(expireReservations(real.world, real.now))
      }),
  ),
  does('starts', startLayers, none),
  does('ends', endLayers, none),
  does('goes down again', goDown, numbered),
  does('goes up', goUp, none),
  number.chain((n) => does('reserves', reserveCity, (real): [number, number] => [n, real.now])),
  does(
    'creates',
    createCity,
    number.map((n) => [n, [{ id: 4, value: 7 }]] as const),
  ),
  does('finishes', finishCity, numbered),
  does('asks the host', askCityHost, fc.constant([data] as const)),
  does('lists', listCircles, none),
  does('sits', takeSeat, numbered),
  does('rises', freeSeat, numbered),
  does('moves', relayPosition, fc.constant([data] as const)),
  does('waves', relayBinary, fc.constant([data] as const)),
  does(
    'whispers data',
    relayBinaryTo,
    who.map((name) => [idOf(name), data] as const),
  ),
  does('chats', chat, fc.constant([1, MessageInfo.of({}), data] as const)),
  does(
    'tells',
    tellInLayer,
    who.map((name) => [ascii(idOf(name)), idOf(name), MessageInfo.of({}), data] as const),
  ),
  does(
    'dresses',
    writeSettings,
    fc.nat(300).map((offset) => [offset, data] as const),
  ),
  does('shows', showSettings, fc.tuple(fc.constant(1), fc.nat(300), fc.nat(0xffffffff))),
]

const hunting: fc.Arbitrary<Act>[] = [
  does('goes down', goDown, numbered),
  does(
    'posts',
    createCircle,
    circleInfo.map((info) => [info, []] as const),
  ),
  does('joins', joinCircle, fc.tuple(number, circleInfo)),
  does('changes', changeCircle, fc.tuple(number, circleInfo, fc.constant([]))),
  does('gets ready', setReady, standby),
  does('departs', startMatch, none),
  does('returns', endMatch, fc.tuple(fc.boolean())),
  does('quits', quitCircle, numbered),
  does(
    'hunts',
    relayCircleBinary,
    number.map((n) => [n, data] as const),
  ),
  does('chats in the party', chatInCircle, fc.constant([MessageInfo.of({}), data] as const)),
]

/** Often to the city where the others are, so that there are more guests than seats. */
const path = fc.oneof(
  fc.constant({ server: 1, gate: 1, city: 1 }),
  fc.record({ server: fc.constantFrom(1, 1, 2, 9), gate: number, city: fc.constantFrom(0, 0, 1, 2) }),
)

const warping: fc.Arbitrary<Act>[] = [
  does('jumps', jump, fc.tuple(path)),
  does('arrives by a jump', jumpGo, fc.tuple(path)),
  path.chain((target) =>
    does('prepares a jump', prepareJump, (real): [typeof target, number] => [target, real.now]),
  ),
]

/** Those in the party act more often than the others come and go, so that hunts happen. */
const anything = fc.oneof(
  ...acts.map((arbitrary) => ({ arbitrary, weight: 1 })),
  ...warping.map((arbitrary) => ({ arbitrary, weight: 2 })),
  ...hunting.map((arbitrary) => ({ arbitrary, weight: 4 })),
)

const rareNotices = [
  'NtcCircleBreak',
  'NtcCircleHost',
  'NtcCircleKick',
  'NtcCircleMatchStart',
  'NtcLayerHost',
  'NtcLayerInfoSet',
  'NtcLayerMediationUnlock',
]

describe('whatever hunters do', () => {
  test('the world stays whole, and nothing is left when all have gone', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 60, maxLength: 300, size: 'max' }), (commands) => {
        const real = new Play()
        real.gather()
        fc.modelRun(() => ({ model: {}, real }), commands)
        for (const player of [...real.world.players.values()]) real.run(part(real.world, player), player)
        expireVisits(real.world, Number.POSITIVE_INFINITY)
        if (real.world.visits.size > 0) throw new Error('a seat is kept for nobody')
        if (real.world.players.size > 0 || real.world.moved.size > 0) throw new Error('somebody is left')
        for (const server of real.world.servers.values())
          for (const city of server.gates.flatMap(({ cities }) => cities))
            if (
              city.reservation ||
              city.circles.length > 0 ||
              city.seats.size > 0 ||
              city.optionalFields.length > 0
            )
              throw new Error('something is left in a city')
      }),
      { numRuns: 300 },
    )
    // The hunters get far enough for the checks above to mean something.
    expect([...told]).toEqual(expect.arrayContaining(rareNotices))
  })
})
