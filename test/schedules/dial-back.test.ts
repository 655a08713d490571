/** Dial-back as a port scanner, by name (docs/proof.md): every kind of address that is not the caller's own public one. */
import { expect, test } from 'vitest'
import { dialPorts } from '../../central-api/src/services/dial.ts'

const forbidden = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.1', '192.0.2.1', '198.18.0.1'],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00::1', 'fec0::1', 'ff02::1', '2001:db8::1', '100::1'],
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::'],
  ...['0177.0.0.1', '0x7f.1', '2130706433', '127.1'],
]

/** A resolver and a dialler that only write down what they are asked for. */
async function dial(host: string, answers: readonly (readonly string[])[], port = 8200) {
  const dialled: string[] = []
  let asked = 0
  const dialler = {
    resolve: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
    exchange: async ({ address }: { readonly address: string }) => {
      dialled.push(address)
      return { kind: 'unreachable' } as const
    },
  }
  const at = { host, port }
  const findings = await dialPorts(dialler, {
    ports: { opn: at, lmp: at, fmp: at, rfp: at },
    opnTls: false,
    keyHashes: new Map(),
    rules: { from: '8.8.8.8', allowed: [], allowPrivate: false },
  })
  return { dialled, asked, findings: [...new Set(findings.map(({ finding }) => finding))] }
}

test('dial-back to every forbidden address', async () => {
  for (const address of forbidden) {
    const { dialled, findings } = await dial(address, [[]])
    expect([address, dialled]).toEqual([address, []])
    expect(['private-address', 'not-your-address', 'name-unknown'], address).toEqual(
      expect.arrayContaining(findings),
    )
    // The same behind a name of the caller's own.
    const named = await dial('host.example', [[address]])
    expect([address, named.dialled]).toEqual([address, []])
    expect(named.findings, address).toEqual(['private-address'])
  }
  expect((await dial('9.9.9.9', [[]])).dialled).toEqual([])
  expect((await dial('8.8.8.8', [[]], 22)).dialled).toEqual([])
  // And the one that is allowed, so that the others are not refused for another reason.
  expect((await dial('8.8.8.8', [[]])).dialled).not.toEqual([])
})

test('dial-back with DNS rebinding', async () => {
  // First the caller's own address, then one inside: what was judged is what is dialled, for all four ports.
  const { dialled, asked } = await dial('rebind.example', [['8.8.8.8'], ['127.0.0.1'], ['10.0.0.1']])
  expect(new Set(dialled)).toEqual(new Set(['8.8.8.8']))
  expect(asked).toBe(1)
  // Both in one answer: nothing inside is dialled.
  expect((await dial('both.example', [['8.8.8.8', '127.0.0.1']])).dialled).not.toContain('127.0.0.1')
})
