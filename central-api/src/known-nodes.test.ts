import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Deps } from './deps.ts'
import { forgetNodes, knownNode } from './known-nodes.ts'
import { silent } from './log.ts'

const app = () => ({ log: silent }) as unknown as Deps
const caller = { nodeId: 'a node', entry: true, world: true }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a key is looked up once in three seconds', async () => {
  const deps = app()
  const find = vi.fn(async () => caller)
  expect(await knownNode(deps, 'key', find)).toBe(caller)
  vi.advanceTimersByTime(2999)
  expect(await knownNode(deps, 'key', find)).toBe(caller)
  expect(find).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  await knownNode(deps, 'key', find)
  expect(find).toHaveBeenCalledTimes(2)
})

test('another key and another app are looked up, and nothing is kept of a refusal', async () => {
  const deps = app()
  await knownNode(deps, 'key', async () => caller)
  const refused = async () => {
    throw new Error('unknown')
  }
  for (let i = 0; i < 2; i++) await expect(knownNode(deps, 'other', refused)).rejects.toThrow('unknown')
  await expect(knownNode(app(), 'key', refused)).rejects.toThrow('unknown')
})

test('after an operator’s act every key is looked up anew', async () => {
  const deps = app()
  const find = vi.fn(async () => caller)
  await knownNode(deps, 'key', find)
  forgetNodes(deps)
  await knownNode(deps, 'key', find)
  expect(find).toHaveBeenCalledTimes(2)
})
