import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressToDial, type DialRules } from './dialled-address.ts'

const nobody = async () => []
const rules: DialRules = { from: '8.8.8.8', allowed: [], allowPrivate: false }

async function refusal(host: string, more: Partial<DialRules> = {}, resolved: readonly string[] = []) {
  // Whoever advertises an address also comes from it here: only its kind can be in the way.
  const answer = await addressToDial(
    host,
    { ...rules, from: resolved[0] ?? host, ...more },
    async () => resolved,
  )
  return 'refused' in answer ? answer.refused : answer.address
}

describe('an address that central never dials', () => {
  const inner = {
    loopback: ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1'],
    'written otherwise': ['0177.0.0.1', '0x7f.0.0.1', '2130706433', '127.1', '017700000001', '0x7f000001'],
    private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.20'],
    'link-local': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
    'unique local': ['fc00::1', 'fd12:3456:789a::1'],
    'site-local': ['fec0::1'],
    'shared by a provider (CGNAT)': ['100.64.0.1', '100.127.255.255'],
    'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
    'IPv4 within IPv6': ['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '::ffff:0:7f00:1'],
    'of nobody': ['0.0.0.0', '0.1.2.3', '::', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.18.0.1'],
    'of many': ['224.0.0.1', '239.255.255.255', 'ff02::1'],
    'for examples': ['198.51.100.7', '203.0.113.7', '2001:db8::1'],
    discarded: ['100::1'],
  }
  test.each(Object.entries(inner).flatMap(([kind, all]) => all.map((address) => [kind, address])))(
    '%s: %s, literally and behind a name',
    async (_, address) => {
      expect(await refusal(address)).toBe('private-address')
      expect(await refusal('host.example', {}, [address])).toBe('private-address')
    },
  )

  test('any octets at all: dialled as they were judged, or not', async () => {
    const octet = fc.integer({ min: 0, max: 255 })
    await fc.assert(
      fc.asyncProperty(fc.tuple(octet, octet, octet, octet), async (octets) => {
        const address = octets.join('.')
        const answer = await refusal(address)
        expect([address, 'private-address']).toContain(answer)
        if (/^(0|10|127|22[4-9]|23\d|24\d|25\d)\./.test(address)) expect(answer).toBe('private-address')
      }),
    )
  })
})

describe('with private addresses allowed', () => {
  const inHouse = { allowPrivate: true }

  test.each(['192.168.1.20', '10.1.2.3', '127.0.0.1', '100.64.0.1', 'fd00::5'])(
    '%s is dialled',
    async (address) => {
      expect(await refusal(address, inHouse)).toBe(address)
    },
  )

  test.each(['0.0.0.0', '255.255.255.255', '224.0.0.1', '::', 'ff02::1', '::ffff:127.0.0.1'])(
    '%s is not',
    async (address) => {
      expect(await refusal(address, inHouse)).toBe('private-address')
    },
  )

  test('a node on the same machine may advertise the address in the house, and nobody else’s public one', async () => {
    expect(await refusal('192.168.1.20', { ...inHouse, from: '127.0.0.1' })).toBe('192.168.1.20')
    expect(await refusal('192.168.1.20', { ...inHouse, from: '::ffff:127.0.0.1' })).toBe('192.168.1.20')
    expect(await refusal('9.9.9.9', { ...inHouse, from: '127.0.0.1' })).toBe('not-your-address')
  })

  test('a stranger has central look at nobody in the house', async () => {
    expect(await refusal('192.168.1.1', { ...inHouse, from: '9.9.9.9' })).toBe('not-your-address')
  })
})

describe('whose address it is', () => {
  test('the one that the request came from, also where that is written as IPv6', async () => {
    expect(await refusal('8.8.8.8', { from: '8.8.8.8' })).toBe('8.8.8.8')
    expect(await refusal('8.8.8.8', { from: '::ffff:8.8.8.8' })).toBe('8.8.8.8')
    expect(await refusal('8.8.8.8', { from: '8.8.4.4' })).toBe('not-your-address')
    expect(await refusal('8.8.8.8', { from: 'nonsense' })).toBe('not-your-address')
  })

  test('or one that an operator has allowed, by name or address', async () => {
    const from = { from: '9.9.9.9' }
    expect(await refusal('8.8.8.8', { ...from, allowed: ['8.8.8.8'] })).toBe('8.8.8.8')
    const named = await addressToDial(
      'Hall.Example',
      { ...rules, ...from, allowed: ['hall.example'] },
      async () => ['8.8.8.8'],
    )
    expect(named).toEqual({ address: '8.8.8.8' })
  })

  test('an allowed name does not make an inner address outer', async () => {
    const named = await addressToDial('hall.example', { ...rules, allowed: ['hall.example'] }, async () => [
      '10.0.0.1',
    ])
    expect(named).toEqual({ refused: 'private-address' })
  })
})

describe('a name', () => {
  test('is looked up once, and that very address is dialled', async () => {
    // A resolver of an attacker: the first answer is harmless, every later one is not.
    const answers = [['8.8.8.8'], ['127.0.0.1']]
    const resolve = async () => answers.shift() ?? ['127.0.0.1']
    expect(await addressToDial('rebinding.example', rules, resolve)).toEqual({ address: '8.8.8.8' })
    expect(answers).toEqual([['127.0.0.1']])
  })

  test('counts by its first address: a harmless one behind it does not help', async () => {
    expect(await refusal('two.example', { from: '8.8.8.8' }, ['10.0.0.1', '8.8.8.8'])).toBe('private-address')
  })

  test('without an address is told so', async () => {
    expect(await addressToDial('gone.example', rules, nobody)).toEqual({ refused: 'name-unknown' })
    expect(await addressToDial('odd.example', rules, async () => ['no address'])).toEqual({
      refused: 'name-unknown',
    })
  })
})
