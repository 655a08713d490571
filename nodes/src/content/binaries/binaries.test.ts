import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContentProblem } from '../problem.ts'
import { Source } from '../source.ts'
import { timesAhead } from './day-and-night.ts'
import { greeters } from './greeters.ts'
import { messages } from './messages.ts'
import { options } from './options.ts'
import { quest } from './quest.ts'
import { isSandstorm, sandstorm, sandstormCalendars } from './sandstorm.ts'
import { tradingPost } from './trading-post.ts'

const source = (file: string, text: string | Uint8Array, japanese = false) =>
  new Source(file, typeof text === 'string' ? new TextEncoder().encode(text) : text, japanese, japanese)

const shipped = (file: string, japanese = false) =>
  source(file, readFileSync(new URL(`../../../content/${file}`, import.meta.url)), japanese)

const textAt = (bytes: Uint8Array, offset: number, size: number) =>
  new TextDecoder().decode(bytes.subarray(offset, offset + size)).replace(/\0.*$/s, '')

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

const utc = (date: string) => Date.parse(`${date}Z`) / 1000

describe('kind 1, options (login.md 7.4)', () => {
  const bytes = options(shipped('options.toml'))
  const view = viewOf(bytes)

  test('is 5132 bytes with every block at its offset', () => {
    expect(bytes.length).toBe(5132)
    expect(textAt(bytes, 0x000, 24)).toBe('Open')
    expect(textAt(bytes, 3 * 192, 24)).toBe('Recruiting')
    expect(textAt(bytes, 24, 168)).toMatch(/^Everybody hunts here/)
    expect([view.getUint32(0x300), view.getUint32(0x304), view.getUint32(0x308)]).toEqual([0, 0, 23040])
    expect(textAt(bytes, 0x30c, 48)).toBe('All hunters welcome')
    expect([...bytes.subarray(0x30c + 48, 0x30c + 52)]).toEqual([0, 1, 0xff, 0])
    expect(textAt(bytes, 0x98c + 36, 30)).toBe('Up to rank 30')
    expect([...bytes.subarray(0x98c + 36 + 30, 0x98c + 72)]).toEqual([1, 1, 0, 0, 0, 30])
    expect(textAt(bytes, 0xaac + 12 * 36, 30)).toBe('Great Jaggi')
    expect([...bytes.subarray(0xaac + 30, 0xaac + 36)]).toEqual([1, 0, 0, 0, 0, 0])
    const ranges = Array.from({ length: 8 }, (_, i) => view.getUint16(0x13ac + 2 * i))
    expect(ranges).toEqual([0, 999, 0, 30, 31, 999, 0, 999])
    const coolDowns = Array.from({ length: 40 }, (_, i) => view.getUint16(0x13bc + 2 * i))
    expect(coolDowns).toEqual([...Array(8).fill(900), ...Array(32).fill(0)])
  })

  test('offers a seeking only on the types that it names', () => {
    const mask = (seeking: number) => bytes[0x30c + 52 * seeking + 50]
    expect([mask(3), mask(4), mask(14)]).toEqual([0b1011, 0b1101, 0b0111])
  })

  test('leaves places that are not given disabled', () => {
    expect(bytes[0x30c + 52 * 31 + 49]).toBe(0)
    expect(bytes[0x98c + 36 * 7 + 30]).toBe(0)
    expect(bytes[0xaac + 36 * 63 + 30]).toBe(0)
  })

  test('has a Japanese form of 3580 bytes, its descriptions in lines of 24', () => {
    const japanese = options(shipped('options.toml', true))
    expect(japanese.length).toBe(3580)
    expect(textAt(japanese, 0, 16)).toBe('Open')
    expect(textAt(japanese, 128, 16)).toBe('Rookie')
    expect(textAt(japanese, 128 + 16, 112).slice(24, 48)).toBe('time, ask questions and ')
    expect(viewOf(japanese).getUint32(4 * 128 + 8)).toBe(23040)
    expect(textAt(japanese, 4 * 128 + 12, 32)).toBe('All hunters welcome')
  })

  test('fills Japanese lines up to 24 bytes of Shift-JIS: half-width kana and what it lacks take one', () => {
    const lines = ['ハンター', 'ﾊﾝﾀｰ', 'café', 'end']
    const text = shipped('options.toml')
      .text()
      .replace(/description = """.*?"""/s, `description = ${JSON.stringify(lines.join('\n'))}`)
    const japanese = options(source('options.toml', text, true))
    const shown = [0, 24, 48, 72].map((at) => japanese.subarray(16 + at, 16 + at + 24))
    expect(shown.map((line) => new TextDecoder('shift_jis').decode(line).replace(/[\0 ]+$/, ''))).toEqual([
      ...['ハンター', 'ﾊﾝﾀｰ', 'caf?', 'end'],
    ])
  })

  test.each([
    [
      'a name of 16 bytes',
      /name = "Open"/,
      'name = "Open to everyone"',
      'options.toml: types.open.name: 16 bytes, at most 15 fit',
    ],
    [
      'a seeking of 48 bytes',
      /"All hunters welcome"/,
      `"${'x'.repeat(48)}"`,
      'options.toml: seekings.0.text: 48 bytes, at most 47 fit',
    ],
    [
      'an accent counts as two bytes',
      /"Any rank"/,
      `"${'é'.repeat(15)}"`,
      'options.toml: rank-limits.0.name: 30 bytes, at most 29 fit',
    ],
    ['an unknown key', /period = 23040/, 'period = 23040\nperiode = 3', /^options.toml: clock: .*periode/],
    ['broken TOML', /period = 23040/, 'period = ', /^options.toml: line 10: /],
    ['a rank below zero', /ranks = \[0, 30\]/, 'ranks = [-1, 30]', /^options.toml: types.rookie.ranks.0: /],
  ])('refuses %s and says where', (_, what, instead, message) => {
    const text = shipped('options.toml').text().replace(what, instead)
    expect(() => options(source('options.toml', text))).toThrow(message)
  })
})

describe('kind 2, sandstorm (login.md 7.6 and 9)', () => {
  const calendar = sandstormCalendars(shipped('sandstorm.toml')).common
  const window = (now: string) => {
    const view = viewOf(sandstorm(calendar, utc(now)))
    return [view.getUint32(0), view.getUint32(4), view.getUint32(8)]
  }
  const december = (...days: number[]) =>
    days.map((day) => utc(`2026-12-${String(day).padStart(2, '0')}T00:00`))

  test('keeps the vectors of December 2026', () => {
    expect(window('2026-11-22T12:00')).toEqual(december(3, 4, 6))
    expect(window('2026-12-03T00:00')).toEqual(december(3, 4, 6))
    expect(window('2026-12-05T23:59:59')).toEqual(december(3, 4, 6))
    expect(window('2026-12-06T00:00')).toEqual(december(17, 18, 20))
  })

  test('blows on the storm days alone', () => {
    const blows = (now: string) => isSandstorm(calendar, utc(now))
    expect(blows('2026-12-03T23:59:59')).toBe(false)
    expect(blows('2026-12-04T00:00')).toBe(true)
    expect(blows('2026-12-05T23:59:59')).toBe(true)
    expect(blows('2026-12-06T00:00')).toBe(false)
  })

  test('is twelve zeros when it is switched off', () => {
    const off = sandstormCalendars(
      source('sandstorm.toml', 'enabled=false\ncycle-days=14\nfog-days=1\nstorm-days=2'),
    )
    expect(sandstorm(off.common, utc('2026-12-04T00:00'))).toEqual(new Uint8Array(12))
  })

  test('always names a window that has not ended', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40 * 86_400, max: 0xf0000000 }),
        fc.integer({ min: 0, max: 20 }),
        (now, firstDay) => {
          const view = viewOf(sandstorm({ ...calendar, firstDay }, now))
          const [fog, storm, end] = [view.getUint32(0), view.getUint32(4), view.getUint32(8)]
          expect(end).toBeGreaterThan(now)
          expect(fog).toBeLessThanOrEqual(now + 14 * 86_400)
          expect([storm - fog, end - storm]).toEqual([86_400, 2 * 86_400])
        },
      ),
    )
  })
})

describe('kind 3, greeters (login.md 7.5)', () => {
  const quiet = { sandstorm: false, quests: [], arena: [] }

  test('is six texts of 384 bytes and the specials', () => {
    const text = shipped('greeters.toml').text().replace('specials = 0', 'specials = 4')
    const bytes = greeters(source('greeters.toml', text))(quiet)
    expect(bytes.length).toBe(2308)
    expect(textAt(bytes, 0, 384)).toMatch(/^Fresh herbs/)
    expect(textAt(bytes, 3 * 384, 384)).toMatch(/^No event quests today/)
    expect(textAt(bytes, 5 * 384, 384)).toMatch(/^Ho!/)
    expect(viewOf(bytes).getUint32(0x900)).toBe(4)
  })

  test('speaks of the storm and of the quests of the day', () => {
    const bytes = greeters(shipped('greeters.toml'))({
      sandstorm: true,
      quests: ['One', 'Two'],
      arena: ['Three'],
    })
    expect(textAt(bytes, 0, 384)).toMatch(/^Sand in everything/)
    expect(textAt(bytes, 3 * 384, 384)).toBe("Today's event quests:\nOne\nTwo")
    expect(textAt(bytes, 4 * 384, 384)).toBe('In the arena today:\nThree')
  })

  test('leaves out titles that do not fit', () => {
    const bytes = greeters(shipped('greeters.toml'))({ ...quiet, quests: Array(10).fill('x'.repeat(43)) })
    const text = textAt(bytes, 3 * 384, 385)
    expect(text.length).toBeLessThanOrEqual(383)
    expect(text.match(/x{43}/g)).toHaveLength(8)
  })

  test('our own texts fit the balloon: 8 lines of 28 characters', () => {
    const bytes = greeters(shipped('greeters.toml'))(quiet)
    for (let i = 0; i < 6; i++) {
      const lines = textAt(bytes, i * 384, 384).split('\n')
      expect(lines.length).toBeLessThanOrEqual(8)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(28)
    }
  })

  test('has a Japanese form of 1536 bytes', () => {
    expect(greeters(shipped('greeters.toml', true))(quiet).length).toBe(1536)
  })

  test('refuses a text of 384 bytes', () => {
    const text = shipped('greeters.toml').text().replace('Ho! A new face', 'x'.repeat(384))
    expect(() => greeters(source('greeters.toml', text))).toThrow(
      /^greeters.toml: guildmaster.text: \d+ bytes, at most 383 fit$/,
    )
  })
})

test('kind 4 is fifteen trades of an item for one of three others', () => {
  const bytes = tradingPost(
    source(
      't.toml',
      'trades = [{ give = { item = 7, count = 1 }, prices = [{ item = 2, count = 3 }, { item = 513, count = 9 }] }]',
    ),
  )
  expect(bytes.length).toBe(240)
  expect([...bytes.subarray(0, 18)]).toEqual([0, 7, 0, 1, 0, 2, 0, 3, 2, 1, 0, 9, 0, 0, 0, 0, 0, 0])
  expect(tradingPost(shipped('trading-post.toml'))).toEqual(new Uint8Array(240))
})

test('kind 5 is a line each with its number, at most 511 bytes', () => {
  const bytes = messages(source('messages.toml', 'messages = ["Try again.", "No answer."]'))
  expect(new TextDecoder().decode(bytes)).toBe('0\tTry again.\r\n1\tNo answer.\r\n')
  const long = `messages = ["${'x'.repeat(400)}", "${'y'.repeat(104)}"]`
  expect(() => messages(source('messages.toml', long))).toThrow(
    'messages.toml: messages: 512 bytes, at most 511 fit',
  )
  expect(() => messages(source('messages.toml', 'messages = ["a\\tb"]'))).toThrow(
    'messages.toml: messages.0: one line without tabs',
  )
})

describe('kinds 6 to 15, quests (extras.md 2.3 to 2.5)', () => {
  const built = quest(shipped('quests/warm-up.json'))

  test('the minimal example has its SHA-256', () => {
    expect(built.bytes.length).toBe(1208)
    expect(createHash('sha256').update(built.bytes).digest('hex')).toBe(
      'f5db3d05b9c6c7b81741a2cb7f644bf5fb81da937318d572764e2a778a18ff9a',
    )
  })

  test('a ready-made file is what a description gives', () => {
    expect(quest(source('quests/x.bin', built.bytes))).toEqual(built)
    expect(built).toMatchObject({ id: 61040, title: 'Warm-up in the Arena', arena: false })
  })

  test('writes sub-quests, rewards and areas where the layout has them', () => {
    const description = JSON.parse(shipped('quests/warm-up.json').text())
    const { bytes } = quest(
      source(
        'q.json',
        JSON.stringify({
          ...description,
          monsters: [
            { number: 15, area: 1, boss: 2, count: 3, level: 4, hpSpread: 5, size: 6, sizeSpread: 7 },
          ],
          sub1: {
            title: 'First',
            objective: { type: 2, target: 3, count: 4 },
            reward: 5,
            points: 6,
            rewards: [],
          },
          sub2: {
            title: 'Second',
            objective: { type: 0x204, target: 8, count: 9 },
            reward: 10,
            points: 11,
            rewards: [{ item: 12, count: 13, percent: 14 }],
          },
        }),
      ),
    )
    const view = viewOf(bytes)
    expect([...bytes.subarray(0x314, 0x31c)]).toEqual([15, 1, 2, 3, 4, 5, 6, 7])
    expect([textAt(bytes, 0x8c, 41), textAt(bytes, 0xb5, 41)]).toEqual(['First', 'Second'])
    for (const at of [0x340, 0x454])
      expect([view.getUint32(at), view.getUint16(at + 4), view.getUint16(at + 6)]).toEqual([0x204, 8, 9])
    for (const at of [0x338, 0x3f4])
      expect([view.getUint32(at), view.getUint16(at + 4), view.getUint16(at + 6)]).toEqual([2, 3, 4])
    expect([...bytes.subarray(0x45c, 0x460)]).toEqual([0, 12, 13, 14])
    expect([view.getUint32(0x350), view.getUint32(0x354), bytes[0x367], view.getUint32(0x368)]).toEqual([
      5, 10, 6, 11,
    ])
  })

  test.each([
    [
      'a short file',
      (b: Uint8Array) => b.subarray(0, 1207),
      'quests/x.bin: 1207 bytes; a quest has 1208 to 8192',
    ],
    ['a wrong word at 0x4b4', (b: Uint8Array) => b.with(0x4b4, 1), /^quests\/x.bin: the word at 0x4b4 is /],
    [
      'an id out of range',
      (b: Uint8Array) => b.with(0x2c, 0),
      /^quests\/x.bin: id: 112; the game is known to take/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => quest(source('quests/x.bin', change(Uint8Array.from(built.bytes))))).toThrow(message)
  })
})

test('whatever a file holds, it is read or refused as a content problem', () => {
  const readers = [options, sandstormCalendars, timesAhead, greeters, tradingPost, messages]
  const fitting = [
    'options.toml',
    'sandstorm.toml',
    'day-and-night.toml',
    'greeters.toml',
    'trading-post.toml',
    'messages.toml',
  ]
  const damaged = fc
    .tuple(fc.nat(4), fc.nat(4000), fc.nat(300), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([i, at, length, junk]) => {
      const text = shipped(fitting[i] ?? '').text()
      return text.slice(0, at) + junk + text.slice(at + length)
    })
  fc.assert(
    fc.property(
      fc.oneof(
        damaged.map((text) => new TextEncoder().encode(text)),
        fc.uint8Array({ maxLength: 2000 }),
      ),
      fc.boolean(),
      (bytes, japanese) => {
        const read = [
          ...readers.map((reader) => () => reader(source('x.toml', bytes, japanese))),
          () => quest(source('x.json', bytes, japanese)),
          () => quest(source('x.bin', bytes, japanese)),
        ]
        for (const attempt of read) {
          try {
            attempt()
          } catch (error) {
            expect(error).toBeInstanceOf(ContentProblem)
            expect(String(error)).not.toContain('\n')
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})
