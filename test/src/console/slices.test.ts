import { ProtocolError } from '@citygate/nodes/pat'
import { expect, test } from 'vitest'
import { fetchSlices } from './slices.ts'

test('a text is fetched in slices of at most 0x2000 bytes', async () => {
  const text = Uint8Array.from({ length: 20_000 }, (_, i) => i)
  const asked: number[][] = []
  const got = await fetchSlices(text.length, (offset, wanted) => {
    asked.push([offset, wanted])
    return Promise.resolve({ offset, bytes: text.slice(offset, offset + wanted) })
  })
  expect(got).toEqual(text)
  expect(asked).toEqual([
    [0, 8192],
    [8192, 8192],
    [16384, 3616],
  ])
})

test('size 0 asks for nothing', async () => {
  const never = (): Promise<never> => Promise.reject(new Error('asked'))
  expect(await fetchSlices(0, never)).toEqual(new Uint8Array(0))
})

test.each([
  ['an empty slice', { offset: 0, bytes: new Uint8Array(0) }],
  ['a slice out of order', { offset: 1, bytes: new Uint8Array(1) }],
  ['a slice beyond the end', { offset: 0, bytes: new Uint8Array(5) }],
])('%s is an error, as it is to the game', async (_what, slice) => {
  await expect(fetchSlices(4, () => Promise.resolve(slice))).rejects.toThrow(ProtocolError)
})
