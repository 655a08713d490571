import { expect, test } from 'vitest'
import { memoryFiles } from './journal/testing/memory-files.ts'
import { openKnown } from './known.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const anna = {
  capcomId: 'ANNA01',
  name: bytes('Anna'),
  settings: new Uint8Array(256).fill(7),
  fence: 5,
  incarnation: 'first',
  acquaintances: null,
}
const slots = [{ slot: 1, capcomId: 'ANNA01', name: bytes('Anna') }]

test('a start that ended well leaves its copies to the next', async () => {
  const files = memoryFiles()
  const known = await openKnown(files, 'node', 'node/known.json')
  known.keepConsole('SUPPORT', 'console', slots)
  known.keepCopy(anna)
  await known.save('ending')
  const next = await openKnown(files, 'node', 'node/known.json')
  expect(next.console('SUPPORT')).toEqual({ consoleId: 'console', slots })
  expect(next.copy('ANNA01')).toEqual(anna)
})

test('copies of a start that was killed are not used again; its consoles are known', async () => {
  const files = memoryFiles()
  const first = await openKnown(files, 'node', 'node/known.json')
  first.keepConsole('SUPPORT', 'console', slots)
  first.keepCopy(anna)
  await first.save('ending')
  // The second start has them, and is killed before it has saved anything by itself.
  expect((await openKnown(files, 'node', 'node/known.json')).copy('ANNA01')).not.toBeNull()
  const third = await openKnown(files, 'node', 'node/known.json')
  expect(third.copy('ANNA01')).toBeNull()
  expect(third.console('SUPPORT')).toEqual({ consoleId: 'console', slots })
  third.keepCopy(anna)
  await third.save()
  expect((await openKnown(files, 'node', 'node/known.json')).copy('ANNA01')).toBeNull()
})
