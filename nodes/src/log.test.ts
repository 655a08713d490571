import { expect, test } from 'vitest'
import { createLog, named } from './log.ts'

function capture() {
  const lines: Record<string, unknown>[] = []
  const log = createLog({
    level: 'debug',
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  })
  return { log, lines }
}

test('a line carries the name of its part and its fields', () => {
  const { log, lines } = capture()
  named(log, 'link', { nodeId: 'n1' }).info({ number: 3 }, 'synced')
  expect(lines).toMatchObject([{ name: 'link', nodeId: 'n1', number: 3, msg: 'synced' }])
})

test('tickets, codes and keys do not reach the log, also one level down', () => {
  const { log, lines } = capture()
  log.info(
    { ticket: 'T-1', console: { supportCode: 'CODE-2' }, request: { authorization: 'Bearer K-3' } },
    'x',
  )
  const text = JSON.stringify(lines)
  expect(text).not.toMatch(/T-1|CODE-2|K-3/)
  expect(text).toContain('[secret]')
})
