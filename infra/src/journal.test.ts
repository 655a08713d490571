/** `citygate node journal`, on what a real journal has written. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openJournal } from '../../nodes/src/central/journal/index.ts'
import { silentLog } from '../../nodes/src/log.ts'
import { addCommand } from './command.ts'
import { node } from './commands/node.ts'

let data: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'citygate journal '))
  const journal = await openJournal({ folder: join(data, 'node', 'journal'), log: silentLog })
  await journal.begin('00000000-0000-4000-8000-000000000001')
  const change = { kind: 'denies-requests' as const, denies: true }
  await journal.append({ capcomId: 'AAAAAA', fence: 7, change })
  await journal.append({ capcomId: 'BBBBBB', fence: 8, change })
  const stream = journal.draw()?.stream ?? ''
  const refused = { code: 'fence_lost', detail: 'Another node holds this player' }
  journal.answered({ stream, applied: 1, outcomes: [{ number: 1, refused }], ahead: false })
  await journal.close()
})
afterAll(() => rm(data, { recursive: true }))

async function citygate(...args: string[]): Promise<string> {
  const program = new Command('citygate').exitOverride()
  addCommand(program, node)
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    await program.parseAsync(args, { from: 'user' })
    return printed.mock.calls.map((line) => line.join(' ')).join('\n')
  } finally {
    printed.mockRestore()
  }
}

it('shows what waits and what central did not take', async () => {
  const shown = await citygate('node', 'journal', '--data', data)
  expect(shown).toContain('node: 1 waiting, 1 dead letters')
  expect(shown).toMatch(/BBBBBB +8 +denies-requests/)
  expect(shown).toMatch(/AAAAAA +denies-requests +fence_lost: Another node/)
})

it('and for tools', async () => {
  expect(JSON.parse(await citygate('node', 'journal', '--data', data, '--json'))).toMatchObject([
    {
      node: 'node',
      waiting: [{ capcomId: 'BBBBBB', number: 2 }],
      deadLetters: [{ capcomId: 'AAAAAA', reason: { code: 'fence_lost' } }],
      damaged: [],
    },
  ])
})

it('says so where there is none', async () => {
  await expect(citygate('node', 'journal', '--data', join(data, 'node'))).rejects.toThrow('holds no journal')
})
