/**
 * One quest file (binary kinds 6 to 15), ready-made or built from its description in JSON. Layout:
 * login.md 7.7 and extras.md 2.3. A description gives large monsters and no others; quests with small
 * monsters or with the equipment of the arena come as ready-made files.
 */
import { z } from 'zod'
import type { Bytes } from '../../pat/index.ts'
import { Layout } from '../layout.ts'
import type { Source } from '../source.ts'

export interface Quest {
  readonly id: number
  readonly title: string
  readonly arena: boolean
  readonly bytes: Bytes
}

const smallest = 0x4b8
const largest = 0x2000
const titleSize = 44
const idAt = 0x2c
const flagsAt = 0x310
const arenaFlag = 0x10
const arenaEquipmentAt = 0x4b4

/** Ids that servers have used; whether the game takes others is not known (extras.md 2.2). */
const usedIds = [
  { from: 61001, to: 61050 },
  { from: 60000, to: 60011 },
] as const

const u8 = z.int().min(0).max(0xff)
const u16 = z.int().min(0).max(0xffff)
const u32 = z.int().min(0).max(0xffffffff)
const pair = <T extends z.ZodType>(of: T) => z.tuple([of, of])

const locations = {
  island: 1,
  plains: 2,
  forest: 3,
  tundra: 4,
  volcano: 5,
  'great-desert': 6,
  ruin: 7,
  'land-arena': 8,
  'land-arena-2': 9,
  'water-arena': 10,
  'sacred-land': 11,
  'water-arena-2': 12,
} as const
const supplies = { low: 0, high: 1, arena: 2 } as const
const starts = { camp: 0, random: 1, shrine: 2 } as const
const prey = { large: 2, small: 3, elder: 5 } as const

const keyOf = <K extends string>(table: Readonly<Record<K, number>>) =>
  z.enum(Object.keys(table) as [K, ...K[]])

const Objective = z.strictObject({ type: u32, target: u16, count: u16 })
const Rewards = z
  .array(z.strictObject({ item: u16, count: u8, percent: z.int().min(0).max(100) }))
  .max(22, 'at most 22 rewards, the second eleven being the second row')
const Sub = z.strictObject({
  title: z.string(),
  objective: Objective,
  reward: u32.default(0),
  points: u8.default(0),
  rewards: Rewards.default([]),
})
const Monster = z.strictObject({
  number: u8,
  area: u8.default(0),
  boss: u8.default(0),
  count: u8.default(1),
  level: u8,
  hpSpread: u8.default(0),
  size: u8.default(100),
  sizeSpread: u8.default(0),
})

const Description = z.strictObject({
  id: u16,
  title: z.string().min(1),
  objective: z.string(),
  stars: z.int().min(1).max(0xff),
  location: keyOf(locations),
  success: z.string(),
  failure: z.string(),
  minutes: u16,
  restriction: z.int().min(0).max(26).default(0),
  client: z.string(),
  details: z.string(),
  pictures: pair(u8).default([0, 0]),
  flags: u32,
  monsters: z.array(Monster).max(3),
  main: Objective,
  sub1: Sub.optional(),
  sub2: Sub.optional(),
  fee: u32,
  reward: u32,
  penalty: u32,
  points: u32,
  supplies: keyOf(supplies).default('low'),
  supplySet: u32.default(0),
  start: keyOf(starts).default('camp'),
  level: u16,
  prey: keyOf(prey).default('large'),
  rewards: Rewards,
})

/** Reads `<name>.bin` or `<name>.json`. */
export function quest(source: Source): Quest {
  return source.file.endsWith('.json') ? described(source) : readyMade(source)
}

function readyMade(source: Source): Quest {
  const { bytes } = source
  if (bytes.length < smallest || bytes.length > largest)
    throw source.problem(`${bytes.length} bytes; a quest has ${smallest} to ${largest}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const equipment = view.getUint32(arenaEquipmentAt)
  if (equipment < smallest || equipment > bytes.length)
    throw source.problem(`the word at 0x4b4 is ${equipment}; it must be ${smallest} to ${bytes.length}`)
  const end = bytes.subarray(0, titleSize).indexOf(0)
  const title = source.decode(bytes.subarray(0, end < 0 ? titleSize : end))
  const arena = (view.getUint32(flagsAt) & arenaFlag) !== 0
  return { id: checkedId(source, view.getUint16(idAt)), title, arena, bytes }
}

function described(source: Source): Quest {
  const q = source.json(Description)
  const out = new Layout(smallest)
  const text = (at: number, key: string, value: string, size: number) =>
    out.text(at, source.field(key, value, size - 1))

  text(0x000, 'title', q.title, titleSize)
  out.u16(idAt, checkedId(source, q.id))
  text(0x02e, 'objective', q.objective, 92)
  out.u8(0x08a, q.stars, locations[q.location])
  text(0x08c, 'sub1.title', q.sub1?.title ?? 'None', 41)
  text(0x0b5, 'sub2.title', q.sub2?.title ?? 'None', 41)
  text(0x0de, 'success', q.success, 92)
  out.u16(0x13a, q.minutes)
  text(0x13c, 'failure', q.failure, 92)
  out.u16(0x198, q.restriction)
  text(0x19a, 'client', q.client, 41)
  text(0x1c9, 'details', q.details, 256)
  out.u8(0x30c, ...q.pictures)
  out.u32(flagsAt, q.flags)
  q.monsters.forEach((m, i) => {
    out.u8(0x314 + 8 * i, m.number, m.area, m.boss, m.count, m.level, m.hpSpread, m.size, m.sizeSpread)
  })
  const objectives = [q.main, q.sub1?.objective, q.sub2?.objective]
  const rewards = [q.rewards, q.sub1?.rewards, q.sub2?.rewards]
  objectives.forEach((objective, i) => {
    // Each objective stands twice: among the three, and in front of its rewards.
    for (const at of [0x330 + 8 * i, 0x394 + 0x60 * i]) {
      if (!objective) continue
      out.u32(at, objective.type)
      out.u16(at + 4, objective.target, objective.count)
    }
    rewards[i]?.forEach(({ item, count, percent }, row) => {
      const at = 0x39c + 0x60 * i + 4 * row
      out.u16(at, item)
      out.u8(at + 2, count, percent)
    })
  })
  out.u32(0x348, q.fee, q.reward, q.sub1?.reward ?? 0, q.sub2?.reward ?? 0, q.penalty, q.points)
  out.u32(0x360, 15)
  out.u8(0x367, q.sub1?.points ?? 0)
  out.u32(0x368, q.sub2?.points ?? 0)
  out.u8(0x36d, supplies[q.supplies])
  out.u32(0x370, q.supplySet)
  out.u16(0x37a, starts[q.start])
  out.u32(0x37c, smallest)
  out.u16(0x382, q.level)
  out.u32(0x390, prey[q.prey])
  out.u32(arenaEquipmentAt, smallest)
  return { id: q.id, title: q.title, arena: (q.flags & arenaFlag) !== 0, bytes: out.bytes }
}

function checkedId(source: Source, id: number): number {
  if (usedIds.some(({ from, to }) => id >= from && id <= to)) return id
  const allowed = usedIds.map(({ from, to }) => `${from} to ${to}`).join(' or ')
  throw source.problem(`id: ${id}; the game is known to take ${allowed}`)
}

/** The bytes of a slot whose quest was taken away: the client keeps what it had until it reads something else. */
export const emptied: Bytes = new Uint8Array(arenaEquipmentAt)
