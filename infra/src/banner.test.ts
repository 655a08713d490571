import { expect, test } from 'vitest'
import { banner } from './banner.ts'
import type { NodeStatus } from './status-file.ts'

const node = (over: Partial<NodeStatus>): NodeStatus => ({
  ...{ id: '', name: '', pid: 1, roles: ['world'], servers: [1] },
  ...over,
})

test('a host of game servers alone reads where they are, and which port to forward', () => {
  const said = banner({ nodes: [node({ servers: [13, 14], fmp: '192.0.2.1:8202' })] })
  expect(said).toContain('Game servers         2, at 192.0.2.1:8202\n')
  expect(said).toContain('Ports                8202 (TCP)')
  expect(said).not.toContain('Dolphin')
})

test('the ports of several nodes, each once', () => {
  const at = (port: number) => `192.0.2.1:${port}`
  const first = node({ opn: at(8200), lmp: at(8201), fmp: at(8202), rfp: at(8203) })
  const second = node({ lmp: at(8221), fmp: at(8211), rfp: at(8203) })
  const said = banner({ nodes: [first, second], opn: { address: at(8200), tls: true } })
  expect(said).toContain('Ports                8200, 8201, 8202, 8203, 8221, 8211 (TCP)')
  expect(said).toContain('Game servers         2, at 192.0.2.1:8202, 192.0.2.1:8211\n')
  expect(said).toContain('192.0.2.1  mmh-t1-opn03')
})

test('central alone has nothing for consoles', () => {
  const said = banner({ http: 'http://127.0.0.1:8080' })
  expect(said).toContain('http://127.0.0.1:8080/')
  expect(said).not.toMatch(/Ports|Game servers|Dolphin/)
})
