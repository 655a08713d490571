/** What a node's disk may do, by name (docs/proof.md): a disk in memory that fails when it is told to, and the real journal. */
import { expect, test } from 'vitest'
import { openJournal } from '../../nodes/src/central/journal/journal.ts'
import { type MemoryFiles, memoryFiles } from '../../nodes/src/central/journal/testing/memory-files.ts'
import { silentLog } from '../../nodes/src/log.ts'

const incarnation = '5b1c1a52-5a0e-4a7e-9f41-1f1ff1c3a001'

async function journalOn(files: MemoryFiles) {
  const journal = await openJournal({ folder: '/journal', files, log: silentLog })
  await journal.begin(incarnation)
  const write = (rank: number) =>
    journal.append({
      ...{ capcomId: 'ARIA01', fence: 1 },
      change: { kind: 'settings', settings: Buffer.alloc(256, rank).toString('base64') },
    })
  const ranks = () =>
    (journal.draw()?.records ?? []).map(({ change }) => {
      const settings = 'settings' in change ? String(change.settings) : ''
      return Buffer.from(settings, 'base64')[0]
    })
  return { journal, write, ranks }
}

test.each([false, true])('disk full (half a record still fits: %s)', async (partial) => {
  const files = memoryFiles()
  const { journal, write, ranks } = await journalOn(files)
  await write(1)
  Object.assign(files.faults, { full: true, partial })
  // The console is told so: what is not on the disk was never promised.
  await expect(write(2)).rejects.toThrow('no space left')
  await expect(write(3)).rejects.toThrow()
  Object.assign(files.faults, { full: false, partial: false })
  await write(4)
  expect(ranks()).toEqual([1, 4])
  await journal.idle()
  const after = await journalOn(files.crash(() => 0.9))
  expect(after.ranks()).toEqual([1, 4])
})

test('failing fsync', async () => {
  const files = memoryFiles()
  const { journal, write, ranks } = await journalOn(files)
  await write(1)
  files.faults.failingSyncs = 1
  await expect(write(2)).rejects.toThrow('i/o error')
  // The pages of the failed one are lost although the next one succeeds: they must not be taken as written.
  await write(3)
  expect(ranks()).toEqual([1, 3])
  await journal.idle()
  for (const chance of [() => 0, () => 0.9]) {
    const after = await journalOn(files.crash(chance))
    expect(after.ranks()).toEqual([1, 3])
  }
})
