import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { audienceOf } from './audience.ts'
import { noQuest, slice, type Versioned } from './content.ts'
import { japanese } from './encoding.ts'
import { ContentFolder } from './folder.ts'

const english = audienceOf('1001301045', 1)
const french = audienceOf('1002121503', 3)
const japan = audienceOf('0906222136', 0)
const now = Date.UTC(2026, 10, 22, 12) / 1000
const day = 86_400

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

/** Ends when the folder says so; the time-out is there for a folder that never does. */
class Host {
  readonly problems: string[] = []
  readonly #waiting: (() => void)[] = []
  readonly folder: string
  content!: ContentFolder

  constructor(folder: string) {
    this.folder = folder
  }

  static async start(files: Record<string, string | Uint8Array> = {}): Promise<Host> {
    const host = new Host(join(await mkdtemp(join(tmpdir(), 'citygate content ')), 'content'))
    hosts.push(host)
    for (const [name, content] of Object.entries(files)) await host.write(name, content)
    host.content = await ContentFolder.open(host.folder, {
      reread: () => {
        for (const resume of host.#waiting.splice(0)) resume()
      },
      problem: (message) => host.problems.push(message),
    })
    return host
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.folder, name)
    await mkdir(dirname(file), { recursive: true })
    // As editors do it, so that no half-written file is ever seen.
    await writeFile(`${file}.part`, content)
    await rename(`${file}.part`, file)
  }

  /** Changes the folder and waits until the change has been read. */
  async change(what: () => Promise<void>): Promise<void> {
    const reread = new Promise<void>((resume) => this.#waiting.push(resume))
    await what()
    const late = after(20_000, 'late', { ref: false })
    expect(await Promise.race([reread, late])).not.toBe('late')
  }
}

const hosts: Host[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) {
    host.content.close()
    await rm(dirname(host.folder), { recursive: true })
  }
})

describe('the texts that the project brings', () => {
  test('are complete, within their limits and without a problem', async () => {
    const { content, problems } = await Host.start()
    expect(problems).toEqual([])
    for (const audience of [english, french, japan]) {
      expect(content.admission('1001301045', audience)).toEqual({ status: 'open' })
      for (const { version, bytes } of [content.terms(audience), content.subTerms(audience)]) {
        expect(version).toBeGreaterThan(0)
        expect(bytes.length).toBeGreaterThan(100)
      }
      for (const screen of [content.announcement(audience), content.noCharge(audience)]) {
        expect(screen.length).toBeLessThanOrEqual(1023)
        expect(text(screen)).toMatch(/^<.*<BODY>.*<END>$/s)
      }
    }
  })

  test('give every binary of every language group, and nothing beyond', async () => {
    const { content } = await Host.start()
    for (let group = 0; group < 5; group++) {
      const sizes = [1, 2, 3, 4].map((kind) => content.binary(15 * group + kind, english, now)?.bytes.length)
      expect(sizes).toEqual([5132, 12, 2308, 240])
      expect(content.binary(15 * group + 5, english, now)?.bytes.length).toBeLessThanOrEqual(511)
      for (let kind = 6; kind <= 15; kind++)
        expect(content.binary(15 * group + kind, english, now)).toMatchObject({ version: noQuest })
    }
    for (const type of [0, 76, 128, 255]) expect(content.binary(type, english, now)).toBeNull()
  })

  test('have the Japanese layouts for the Japanese game, whatever language the console has', async () => {
    const { content } = await Host.start()
    const sizes = [1, 2, 3, 4].map((type) => content.binary(type, japan, now)?.bytes.length)
    expect(sizes).toEqual([3580, 12, 1536, 240])
    expect(content.binary(0x0a, japan, now)).toEqual(content.binary(5, english, now))
    expect(content.binary(6, japan, now)?.version).toBe(noQuest)
    expect(content.binary(16, japan, now)).toBeNull()
    expect(audienceOf('1001301045', 0)).toEqual({ language: 'en' })
    expect(audienceOf('anything', undefined)).toEqual({ language: 'en' })
  })
})

describe("the operator's folder", () => {
  test('stands before the defaults, and a translation before the rest', async () => {
    const { content } = await Host.start({ 'terms.txt': 'Be kind.\n', 'terms.fr.txt': 'Soyez gentils, hé !' })
    expect(text(content.terms(english).bytes)).toBe('Be kind.')
    expect(text(content.terms(french).bytes)).toBe('Soyez gentils, hé !')
    expect(text(content.terms(japan).bytes)).toBe('Be kind.')
    expect(content.terms(english).version).not.toBe(content.terms(french).version)
    expect(text(content.announcement(french))).toContain('Welcome to Citygate')
  })

  test('speaks Shift-JIS to the Japanese game', async () => {
    const { content } = await Host.start({ 'terms.ja.txt': '狩りへようこそ ｱ' })
    const { bytes } = content.terms(japan)
    expect(new TextDecoder('shift_jis', { fatal: true }).decode(bytes)).toBe('狩りへようこそ ｱ')
    expect(bytes.length).toBe(16)
  })

  test('shuts the gate with a text, and refuses a version', async () => {
    const { content } = await Host.start({
      'service.toml':
        'status = "maintenance"\nrefused-versions = ["0903131810"]\nwanted-version = "0906222136"',
      'maintenance.txt': 'Back at six.',
      'wrong-version.txt': '<LF=5><BODY>Old\n<BR>game<END>',
    })
    const closed = content.admission('1001301045', english)
    expect(closed).toMatchObject({ status: 'maintenance' })
    expect(closed.status === 'maintenance' && text(closed.text)).toBe('<LF=8><BODY><CENTER>Back at six.<END>')
    const refused = content.admission('0903131810', japan)
    expect(refused.status === 'wrong-version' && [text(refused.wanted), text(refused.text)]).toEqual([
      '0906222136',
      '<LF=5><BODY>Old<BR>game<END>',
    ])
  })

  test('one game server has a day and sandstorms of its own, the others the common ones', async () => {
    const { content, problems } = await Host.start({
      'day-and-night.toml': '[ahead]\n3 = 11520',
      'sandstorm.toml':
        'cycle-days=14\nfog-days=1\nstorm-days=2\n[server.3]\nstorm-days=5\n[server.4]\nenabled=false',
    })
    const on = (server?: number) => ({ ...english, server })
    expect(problems).toEqual([])
    expect([undefined, 2, 3].map((server) => content.gameTime(on(server), now) - now)).toEqual([0, 0, 11_520])
    const windows = [undefined, 2, 3, 4].map((server) => {
      const { bytes = new Uint8Array(12) } = content.binary(2, on(server), now) ?? {}
      const view = new DataView(bytes.buffer, bytes.byteOffset)
      return (view.getUint32(8) - view.getUint32(4)) / day
    })
    expect(windows).toEqual([2, 2, 5, 0])
    expect(content.binary(2, on(2), now)).toEqual(content.binary(2, english, now))
  })

  test('a game server whose storm does not fit its cycle is a problem, and nothing changes', async () => {
    const { content, problems } = await Host.start({
      'sandstorm.toml': 'cycle-days=4\nfog-days=1\nstorm-days=2\n[server.3]\nstorm-days=5',
      'day-and-night.toml': '[ahead]\nValor3 = 1',
    })
    expect(problems).toEqual([
      'sandstorm.toml: server.3: fog-days and storm-days: together at most cycle-days',
      expect.stringContaining('day-and-night.toml: ahead.Valor3'),
    ])
    expect(content.gameTime({ ...english, server: 3 }, now)).toBe(now)
  })

  test('an empty announcement is none', async () => {
    const { content } = await Host.start({ 'announcement.txt': '\n' })
    expect(content.announcement(english)).toHaveLength(0)
  })

  test('with a file that cannot be used starts on the default, and says why in one line', async () => {
    const { content, problems } = await Host.start({
      'announcement.txt': `Title\n${'word '.repeat(300)}`,
      'terms.txt': 'x'.repeat(16_385),
      'service.toml': 'status = "shut"',
      'greeters.toml': new Uint8Array([0xff, 0xfe]),
      'anouncement.txt': 'hello',
    })
    expect(text(content.announcement(english))).toContain('Welcome to Citygate')
    expect(content.admission('1001301045', english)).toEqual({ status: 'open' })
    expect(problems.map((line) => line.replace(/mark-up: \d+ bytes/, 'mark-up: N bytes')).sort()).toEqual([
      'announcement.txt: with its mark-up: N bytes, at most 1023 fit',
      'anouncement.txt: no content file has this name',
      'greeters.toml: is not UTF-8 text',
      'service.toml: status: Invalid option: expected one of "open"|"closed"|"maintenance"',
      'terms.txt: text: 16385 bytes, at most 16384 fit',
    ])
  })
})

describe('while the node runs', () => {
  test('a change shows at the next call, with another version; a removed file gives the default back', async () => {
    const host = await Host.start({ 'terms.txt': 'First.' })
    const first = host.content.terms(english)
    await host.change(() => host.write('terms.txt', 'Second.'))
    expect(text(host.content.terms(english).bytes)).toBe('Second.')
    expect(host.content.terms(english).version).not.toBe(first.version)
    await host.change(() => rm(join(host.folder, 'terms.txt')))
    expect(text(host.content.terms(english).bytes)).toMatch(/^WELCOME, HUNTER/)
    expect(host.problems).toEqual([])
  })

  test('a broken file keeps what was in use, in its own part alone', async () => {
    const host = await Host.start({ 'terms.txt': 'Good.', 'messages.toml': 'messages = ["One."]' })
    await host.change(async () => {
      await host.write('messages.toml', 'messages = [')
    })
    await host.change(() => host.write('terms.txt', 'Better.'))
    expect(text(host.content.binary(5, english, now)?.bytes)).toBe('0\tOne.\r\n')
    expect(text(host.content.terms(english).bytes)).toBe('Better.')
    expect(new Set(host.problems).size).toBe(1)
    expect(host.problems[0]).toMatch(/^messages.toml: line \d+: /)
  })

  test('a console that is half-way through a file gets the rest of what it began', async () => {
    const host = await Host.start({ 'terms.txt': 'The old terms.' })
    const { version } = host.content.terms(english)
    await host.change(() => host.write('terms.txt', 'The new ones.'))
    expect(text(host.content.terms(english, version).bytes)).toBe('The old terms.')
    expect(text(host.content.terms(english, 12345).bytes)).toBe('The new ones.')
    expect(text(host.content.subTerms(english, version).bytes)).toMatch(/^PLAYING ONLINE/)
  })

  test('what cannot be read, or is far too large, is told once and changes nothing else', async () => {
    const host = await Host.start({ 'terms.txt': 'Good.' })
    await host.change(async () => {
      await symlink(tmpdir(), join(host.folder, 'closed.txt'))
      await host.write('terms.txt', new Uint8Array(70_000))
    })
    await host.change(() => host.write('sub-terms.txt', 'Short.'))
    expect(text(host.content.terms(english).bytes)).toBe('Good.')
    expect(text(host.content.subTerms(english).bytes)).toBe('Short.')
    expect(new Set(host.problems)).toContain('terms.txt: 70000 bytes, at most 65536 are read')
    expect(host.problems.find((line) => line.startsWith('closed.txt: cannot be read: EISDIR'))).toBeDefined()
  })

  test('a folder that is replaced is read as well', async () => {
    const host = await Host.start({ 'terms.txt': 'One.' })
    await host.change(async () => {
      await rename(host.folder, `${host.folder} old`)
      await host.write('terms.txt', 'Two.')
    })
    expect(text(host.content.terms(english).bytes)).toBe('Two.')
  })
})

describe('quests', () => {
  const calendar = (always: string[], days: string[][]) =>
    JSON.stringify({ always, days }).replace(/^{"always":(.*),"days":(.*)}$/, 'always = $1\ndays = $2')
  const questFile = (id: number, title: string, flags = 5) => {
    const bytes = new Uint8Array(0x4b8)
    const view = new DataView(bytes.buffer)
    bytes.set(new TextEncoder().encode(title))
    view.setUint16(0x2c, id)
    view.setUint32(0x310, flags)
    view.setUint32(0x4b4, 0x4b8)
    return bytes
  }
  const titles = (content: ContentFolder, at: number) =>
    Array.from({ length: 10 }, (_, slot) => content.binary(6 + slot, english, at)).map((file) =>
      file?.version === noQuest ? null : text(file?.bytes.subarray(0, 44)).replace(/\0.*$/s, ''),
    )

  test('go round day by day, and a slot that is free today is blank where another day uses it', async () => {
    const { content, problems } = await Host.start({
      'quests/calendar.toml': calendar(['warm-up'], [['a', 'b'], ['c']]),
      'quests/a.bin': questFile(61001, 'A'),
      'quests/b.bin': questFile(60001, 'B', 0x15),
      'quests/c.bin': questFile(61002, 'C'),
    })
    expect(problems).toEqual([])
    const even = 2 * day * 10_000
    expect(titles(content, even)).toEqual(['Warm-up in the Arena', 'A', 'B', ...Array(7).fill(null)])
    expect(titles(content, even + day)).toEqual(['Warm-up in the Arena', 'C', '', ...Array(7).fill(null)])
    expect(content.binary(8, english, even + day)?.bytes).toEqual(new Uint8Array(0x4b4))
    expect(text(content.binary(3, english, even)?.bytes)).toContain(
      "Today's event quests:\nWarm-up in the Arena\nA\0",
    )
    expect(text(content.binary(3, english, even)?.bytes)).toContain('In the arena today:\nB\0')

    const yesterday = content.binary(7, english, even)
    expect(content.binary(7, english, even + day, yesterday?.version)).toBe(yesterday)
  })

  test('a quest that is taken away leaves a blank file, for the client keeps what it had', async () => {
    const host = await Host.start({ 'quests/calendar.toml': calendar(['warm-up'], []) })
    expect(titles(host.content, now)[0]).toBe('Warm-up in the Arena')
    await host.change(() => host.write('quests/calendar.toml', calendar([], [])))
    expect(titles(host.content, now).slice(0, 2)).toEqual(['', null])
  })

  test('have translations of their own', async () => {
    const { content } = await Host.start({
      'quests/calendar.toml': calendar(['a'], []),
      'quests/a.bin': questFile(61001, 'Hunt'),
      'quests/a.fr.bin': questFile(61001, 'Chasse'),
    })
    expect(text(content.binary(6, english, now)?.bytes.subarray(0, 4))).toBe('Hunt')
    expect(text(content.binary(15 + 6, english, now)?.bytes.subarray(0, 6))).toBe('Chasse')
  })

  test.each([
    ['a name without a file', ['gone'], [], 'quests/calendar.toml: no quest gone.json or gone.bin beside it'],
    [
      'an id twice on a day',
      ['a', 'b'],
      [],
      'quests/calendar.toml: always: the quest id 61001 appears twice',
    ],
    [
      'eleven on a day',
      ['a'],
      [Array(10).fill('a')],
      'quests/calendar.toml: days.0: 11 quests with those of always, at most 10',
    ],
  ])('%s is a problem', async (_, always, days, message) => {
    const { problems, content } = await Host.start({
      'quests/calendar.toml': calendar(always, days),
      'quests/a.bin': questFile(61001, 'A'),
      'quests/b.bin': questFile(61001, 'B'),
    })
    expect(problems).toEqual([message])
    expect(content.binary(6, english, now)?.version).toBe(noQuest)
  })
})

test('versions depend on the bytes alone and are never 0 or "no quest"', async () => {
  const [one, two] = [await Host.start(), await Host.start()]
  for (let type = 1; type <= 5; type++) {
    const [a, b] = [one, two].map(({ content }) => content.binary(type, english, now)) as [
      Versioned,
      Versioned,
    ]
    expect(a).toEqual(b)
    expect([0, noQuest]).not.toContain(a.version)
  }
  const storm = (at: number) => one.content.binary(2, english, at)?.version
  expect(storm(now)).toBe(storm(now + 1))
  expect(storm(now)).not.toBe(storm(now + 14 * day))
})

test('a slice is clamped to what there is', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20_000 }),
      fc.nat(0xffffffff),
      fc.nat(0xffffffff),
      (bytes, offset, wanted) => {
        const got = slice(bytes, offset, wanted)
        const expected = Math.max(0, Math.min(bytes.length - offset, wanted, 0x2000))
        expect(got.length).toBe(expected)
        expect(got).toEqual(bytes.subarray(offset, offset + expected))
      },
    ),
  )
})

test('every character of Shift-JIS comes back, and what it lacks is a question mark', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ABC~ヲｱ漢字①※表ソ') }), (sample) => {
      expect(new TextDecoder('shift_jis', { fatal: true }).decode(japanese(sample))).toBe(sample)
    }),
  )
  expect(text(japanese('né😀'))).toBe('n??')
})
