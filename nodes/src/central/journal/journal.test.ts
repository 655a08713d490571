import type { JournalAnswer } from '@citygate/schema/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLog } from '../../log.ts'
import { readDeadLetters } from './dead-letters.ts'
import { encodeFrame, readFrames } from './frames.ts'
import { type Journal, openJournal, type Wish } from './journal.ts'
import { readJournalFiles } from './read.ts'
import { type MemoryFiles, memoryFiles } from './testing/memory-files.ts'

const folder = '/node/journal'
const incarnation = '00000000-0000-4000-8000-000000000001'
const other = '00000000-0000-4000-8000-000000000002'

async function opened(files: MemoryFiles, limitBytes?: number): Promise<Journal> {
  const journal = await openJournal({
    ...{ folder, log: silentLog, files, date: () => new Date(0) },
    ...(limitBytes === undefined ? {} : { limitBytes }),
  })
  await journal.begin(incarnation)
  return journal
}

const wish = (capcomId: string, denies = true, fence = 1): Wish => ({
  capcomId,
  fence,
  change: { kind: 'denies-requests', denies },
})

/** What a restart would replay: the players, in order. */
const left = async (files: MemoryFiles) =>
  (await readJournalFiles(files, folder)).flatMap(({ records }) => records.map((one) => one.capcomId))

function answer(journal: Journal, over: Partial<JournalAnswer> = {}): JournalAnswer {
  const part = journal.draw()
  if (!part) throw new Error('nothing to send')
  const applied = part.records.at(-1)?.number ?? 0
  return { stream: part.stream, applied, outcomes: [], ahead: false, ...over }
}

test('an acknowledged record survives the machine; one that was never acknowledged may or may not', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await Promise.all([journal.append(wish('AAAAAA')), journal.append(wish('BBBBBB'))])
  expect(await left(files.crash(() => 1))).toEqual(['AAAAAA', 'BBBBBB'])
})

test('those who write at the same time share one fsync', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await journal.append(wish('AAAAAA'))
  const before = files.syncs
  await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append(wish(`AAAA${10 + i}`))))
  expect(files.syncs - before).toBeLessThanOrEqual(2)
  expect((await left(files)).length).toBe(51)
})

test('records go to central in order, and are forgotten when it has decided', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  const first = await journal.append(wish('AAAAAA'))
  const second = await journal.append(wish('BBBBBB'))
  expect(journal.draw()).toMatchObject({
    incarnation,
    seen: 0,
    records: [
      { number: 1, capcomId: 'AAAAAA' },
      { number: 2, capcomId: 'BBBBBB' },
    ],
  })
  journal.answered(answer(journal, { applied: 1, outcomes: [{ number: 1, refused: null, result: 'yes' }] }))
  expect(await first.decided).toEqual({ number: 1, refused: null, result: 'yes' })
  expect(journal.draw()?.records).toMatchObject([{ number: 2 }])
  expect([journal.waiting, journal.waitingOf('AAAAAA'), journal.waitingOf('BBBBBB')]).toEqual([1, 0, 1])
  journal.answered(answer(journal))
  expect(await second.decided).toEqual({ number: 2, refused: null })
  expect(journal.hasNews()).toBe(false)
  await journal.close()
  expect(files.names().filter((name) => name.endsWith('.log'))).toEqual([])
})

test('who waits for decisions waits for what is being written, too', async () => {
  const journal = await opened(memoryFiles())
  await journal.append(wish('BBBBBB'))
  const writing = journal.append(wish('AAAAAA'))
  let isDecided = false
  const decided = journal.decided('AAAAAA').then(() => {
    isDecided = true
  })
  let isWritten = false
  const written = writing.then(() => {
    isWritten = true
  })
  for (let ticks = 0; !isWritten && ticks < 1000; ticks++) {
    expect(journal.waitingOf('AAAAAA')).toBeGreaterThan(0)
    await Promise.resolve()
  }
  await written
  await journal.idle()
  expect(isDecided).toBe(false)
  journal.answered(answer(journal))
  await decided
  expect(journal.waitingOf('AAAAAA')).toBe(0)
})

test('a refused record goes to the dead letters with its reason, once, and holds up nobody', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await Promise.all([journal.append(wish('AAAAAA')), journal.append(wish('BBBBBB'))])
  const refused = { code: 'fence_lost', detail: 'Another node holds this player' }
  const late = answer(journal, { outcomes: [{ number: 1, refused }] })
  journal.answered(late)
  journal.answered(late)
  await journal.idle()
  expect(journal.waiting).toBe(0)
  expect(await readDeadLetters(files, folder)).toMatchObject([
    { capcomId: 'AAAAAA', number: 1, reason: refused, change: { kind: 'denies-requests', denies: true } },
  ])
  expect(journal.deadLetters).toMatchObject({ count: 1, latest: { capcomId: 'AAAAAA' } })
  await journal.append(wish('CCCCCC'))
  expect(journal.draw()?.seen).toBe(2)
})

test('whoever waits for the decision is told himself: no dead letter', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  const pending = await journal.append(wish('AAAAAA'))
  pending.awaited = true
  const refused = { code: 'friend_refused', detail: 'no' }
  journal.answered(answer(journal, { outcomes: [{ number: 1, refused }] }))
  expect(await pending.decided).toEqual({ number: 1, refused })
  await journal.idle()
  expect(await readDeadLetters(files, folder)).toEqual([])
})

test('a later start replays what is left before its own records, each under its own numbers', async () => {
  const files = memoryFiles()
  const first = await opened(files)
  await first.append(wish('AAAAAA'))
  const second = await opened(files.crash(() => 1))
  await second.append(wish('BBBBBB'))
  const part = second.draw()
  expect(part?.records).toMatchObject([{ number: 1, capcomId: 'AAAAAA' }])
  second.answered(answer(second))
  const next = second.draw()
  expect(next?.records).toMatchObject([{ number: 1, capcomId: 'BBBBBB' }])
  expect(next?.stream).not.toBe(part?.stream)
})

test('a full disk refuses the write in words of its own, and the next one is kept when there is room', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await journal.append(wish('AAAAAA'))
  for (const partial of [false, true]) {
    Object.assign(files.faults, { full: true, partial })
    await expect(journal.append(wish('BBBBBB'))).rejects.toMatchObject({ name: 'JournalUnavailable' })
    files.faults.full = false
    await journal.append(wish('CCCCCC'))
  }
  expect(await left(files.crash(() => 1))).toEqual(['AAAAAA', 'CCCCCC', 'CCCCCC'])
  expect(journal.draw()?.records.map(({ number }) => number)).toEqual([1, 2, 3])
})

test('after a failed fsync the file is not believed: a later success does not stand for what was lost', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await journal.append(wish('AAAAAA'))
  files.faults.failingSyncs = 1
  await expect(journal.append(wish('BBBBBB'))).rejects.toMatchObject({ name: 'JournalUnavailable' })
  await journal.append(wish('CCCCCC'))
  expect(await left(files.crash(() => 1))).toEqual(['AAAAAA', 'CCCCCC'])
})

test('what waits is bounded, and goes on when central has decided', async () => {
  const journal = await opened(memoryFiles(), 500)
  for (let i = 0; i < 4; i++) await journal.append(wish('AAAAAA')).catch(() => undefined)
  await expect(journal.append(wish('BBBBBB'))).rejects.toThrow('full')
  journal.answered(answer(journal))
  await journal.append(wish('BBBBBB'))
})

test('a database that was restored gets none of the older records: they are dead letters', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await journal.append(wish('AAAAAA'))
  await journal.begin(other)
  await journal.append(wish('BBBBBB'))
  expect(journal.draw()).toMatchObject({ incarnation: other, records: [{ number: 1, capcomId: 'BBBBBB' }] })
  expect(await readDeadLetters(files, folder)).toMatchObject([
    { capcomId: 'AAAAAA', reason: { code: 'incarnation_changed' } },
  ])
})

test('a central that is older than the journal ends the stream, and the next record begins another', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await journal.append(wish('AAAAAA'))
  const before = journal.draw()?.stream
  journal.answered(answer(journal, { ahead: true, applied: 0 }))
  await journal.append(wish('BBBBBB'))
  expect(journal.draw()?.stream).not.toBe(before)
  expect(await readDeadLetters(files, folder)).toMatchObject([{ capcomId: 'AAAAAA' }])
})

test('rot in the middle is told, costs only itself, and a copy is kept', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  await journal.append(wish('AAAAAA'))
  const path = files.names().find((name) => name.endsWith('.log')) ?? ''
  const at = (await files.read(path))?.length ?? 0
  await journal.append(wish('BBBBBB'))
  await journal.append(wish('CCCCCC'))
  files.rot(path, at + 20)
  const disk = files.crash(() => 1)
  const next = await opened(disk)
  expect(next.waiting).toBe(2)
  expect(disk.names()).toContain(`${path}.damaged`)
})

test('a file that grew and was decided is written anew, small', async () => {
  const files = memoryFiles()
  const journal = await opened(files)
  const settings = { kind: 'settings' as const, settings: Buffer.alloc(256).toString('base64') }
  for (let round = 0; round < 4; round++) {
    const many = Array.from({ length: 200 }, () =>
      journal.append({ capcomId: 'AAAAAA', fence: 1, change: settings }),
    )
    await Promise.all(many)
    while (journal.hasNews()) journal.answered(answer(journal))
    await journal.idle()
  }
  const path = files.names().find((name) => name.endsWith('.log')) ?? ''
  expect((await files.read(path))?.length).toBeLessThan(256 * 1024)
  await journal.append(wish('BBBBBB'))
  expect(journal.draw()?.records).toMatchObject([{ number: 801 }])
})

test('whatever is torn, cut or spoilt, frames give what is whole or nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.record({ n: fc.nat() }), { maxLength: 3 }), { maxLength: 5 }),
      fc.nat(400),
      fc.uint8Array({ maxLength: 60 }),
      (groups, cut, noise) => {
        const whole = Buffer.concat(groups.map((group) => encodeFrame(group)))
        const torn = Buffer.concat([whole.subarray(0, cut), noise])
        const { entries } = readFrames(torn)
        expect(groups.flat().slice(0, entries.length)).toEqual(entries)
      },
    ),
  )
})

/** The machine may stop at any moment, the disk may fail and recover; central decides what it is sent. */
test('whatever happens, every acknowledged record is decided or still there, in order, and no refused one is', async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('write' as const, 'write-two' as const) },
    { weight: 2, arbitrary: fc.constantFrom('answer' as const, 'lose-answer' as const) },
    { weight: 1, arbitrary: fc.constantFrom('crash' as const, 'full' as const, 'bad-sync' as const) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (steps, chances) => {
        let files = memoryFiles()
        let journal = await opened(files)
        const acknowledged: number[] = []
        const refused = new Set<number>()
        /** Central: what each stream has applied, and the order over all. */
        const marks = new Map<string, number>()
        const applied: number[] = []
        let written = 0

        async function write(): Promise<void> {
          const fence = ++written
          await journal.append(wish('AAAAAA', true, fence)).then(
            () => acknowledged.push(fence),
            () => refused.add(fence),
          )
        }
        function take(lost: boolean): void {
          const part = journal.draw()
          if (!part) return
          const mark = marks.get(part.stream) ?? 0
          const fresh = part.records.filter(({ number }) => number > mark)
          for (const [index, { number }] of fresh.entries()) expect(number).toBe(mark + index + 1)
          applied.push(...fresh.map(({ fence }) => fence))
          marks.set(part.stream, fresh.at(-1)?.number ?? mark)
          if (!lost) {
            const { stream } = part
            journal.answered({ stream, applied: marks.get(stream) ?? 0, outcomes: [], ahead: false })
          }
        }
        for (const one of steps) {
          if (one === 'write') await write()
          else if (one === 'write-two') await Promise.all([write(), write()])
          else if (one === 'answer') take(false)
          else if (one === 'lose-answer') take(true)
          else if (one === 'full') {
            files.faults.full = true
            await write()
            files.faults.full = false
          } else if (one === 'bad-sync') files.faults.failingSyncs = 1
          else {
            files = files.crash(() => chances.next().value ?? 0)
            journal = await opened(files)
          }
        }
        files.faults.failingSyncs = 0
        journal = await opened(files.crash(() => chances.next().value ?? 0))
        for (let calls = 0; journal.hasNews() && calls < 200; calls++) take(false)
        // Numbers of writes are their fences here: they rise in the order of acknowledgement.
        const known = applied.filter((fence) => acknowledged.includes(fence))
        expect(known).toEqual(acknowledged)
        expect(applied.filter((fence) => refused.has(fence))).toEqual([])
      },
    ),
    { numRuns: 150 },
  )
})
