/** A journal on a file system that really is full: a small one in memory, which takes root to mount. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJournal, readJournal } from '../../nodes/src/central/journal/index.ts'
import { silentLog } from '../../nodes/src/log.ts'

const incarnation = '00000000-0000-4000-8000-000000000001'
const settings = Buffer.alloc(256).toString('base64')

test('a full disk refuses what it cannot keep, keeps what it acknowledged, and goes on when there is room', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citygate full '))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder])
  try {
    const journal = await openJournal({ folder: join(folder, 'journal'), log: silentLog })
    await journal.begin(incarnation)
    let acknowledged = 0
    const write = async () => {
      await journal.append({
        capcomId: 'AAAAAA',
        fence: ++acknowledged,
        change: { kind: 'settings', settings },
      })
    }
    await write()
    const filler = join(folder, 'filler')
    await writeFile(filler, Buffer.alloc(512 * 1024)).catch((error: NodeJS.ErrnoException) => {
      expect(error.code).toBe('ENOSPC')
    })
    // What is left of a page takes a few more.
    let refused: unknown
    for (let tries = 0; tries < 2000 && refused === undefined; tries++) {
      refused = await write().then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    acknowledged--
    expect(refused).toMatchObject({ name: 'JournalUnavailable', message: expect.stringContaining('ENOSPC') })
    const kept = async () => (await readJournal(join(folder, 'journal'))).waiting.map(({ fence }) => fence)
    const all = Array.from({ length: acknowledged }, (_, index) => index + 1)
    expect((await kept()).slice(0, acknowledged)).toEqual(all)

    await rm(filler)
    await write()
    expect(await kept()).toEqual([...all, acknowledged])
    await journal.close()
  } finally {
    execFileSync('umount', [folder])
    await rm(folder, { recursive: true })
  }
})
