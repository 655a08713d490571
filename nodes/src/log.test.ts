import { pino } from 'pino'
import { expect, test } from 'vitest'
import { named } from './log.ts'

function capture() {
  const lines: Record<string, unknown>[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

test('a line carries the name of its part and its fields', () => {
  const { log, lines } = capture()
  named(log, 'link', { nodeId: 'n1' }).info({ number: 3 }, 'synced')
  expect(lines).toMatchObject([{ name: 'link', nodeId: 'n1', number: 3, msg: 'synced' }])
})

test('tickets, codes and keys do not reach the log, nor those one level down, nor by a child', () => {
  const { log, lines } = capture()
  const fields = {
    ticket: 'T-1',
    console: { supportCode: 'CODE-2' },
    request: { authorization: 'Bearer K-3' },
  }
  named(log, 'entry').info(fields, 'x')
  named(log, 'entry').child({ connection: 1 }).info(fields, 'x')
  expect(lines).toHaveLength(2)
  expect(JSON.stringify(lines)).not.toMatch(/T-1|CODE-2|K-3/)
})
