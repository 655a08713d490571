/** Whatever the number of nodes, an instance counts the community about once a second. */
import { syncNode } from '@citygate/schema/contract'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { syncBody } from '../testing/hunters.ts'
import { type TracedCentral, tracedCentral } from '../testing/locking/traced-central.ts'

let traced: TracedCentral

beforeAll(async () => {
  traced = await tracedCentral()
})
afterAll(() => traced[Symbol.asyncDispose]())
// The clock by which an instance keeps what it has read: it stands still unless the test moves it.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** Times that everybody was counted for the directory. */
async function counts(run: () => Promise<unknown>): Promise<number> {
  let times = 0
  traced.listen(({ text }) => {
    if (text.includes('live_presence') && text.includes('"servers"."capacity"')) times++
  })
  await run()
  traced.listen(null)
  return times
}

test('syncs share a directory that was just read; what is new in it is read at once', async () => {
  const { central } = traced
  const first = await central.node({ name: 'first', servers: [{ name: 'Valor', type: 'open' }] })
  let number = 0
  const sync = (changes = {}) =>
    central.call(syncNode, { body: syncBody(first.epoch, ++number, changes) }, first.key)
  await sync()
  const countsOfMany = () =>
    counts(async () => {
      for (let round = 0; round < 20; round++) await sync()
    })
  expect(await countsOfMany()).toBe(0)
  vi.advanceTimersByTime(999)
  expect(await countsOfMany()).toBe(0)
  vi.advanceTimersByTime(1)
  expect(await countsOfMany()).toBe(1)

  const other = await central.node({ name: 'other', servers: [{ name: 'New', type: 'open' }] })
  const { directory } = await sync()
  const names = directory.servers.map(({ name, status }) => `${name} ${status}`)
  expect(names).toEqual(expect.arrayContaining(['Valor up', 'New up']))
  await central.call(syncNode, { body: syncBody(other.epoch, 1, { draining: true }) }, other.key)
  expect((await sync()).directory.servers.find(({ name }) => name === 'New')?.status).toBe('draining')
})
