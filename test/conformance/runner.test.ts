import { type AnyPacket, ascii, type Body } from '@citygate/nodes/pat'
import { describe, expect, test } from 'vitest'
import type { Difference } from './compare.ts'

import { type Mischief, startFakeNode } from './fake-node.ts'
import { type Deviation, judge } from './judge.ts'
import { replay } from './replay.ts'
import { loadTranscript } from './transcript.ts'

const patience = { normal: 300, slow: 300 }

async function run(scenario: string, mischief?: Mischief) {
  const transcript = loadTranscript(scenario)
  using node = await startFakeNode(transcript, mischief)
  const differences = await replay({ transcript, opn: node.opn, patience })
  return { differences, complaints: node.complaints }
}

describe('a node that does what was recorded, with other made-up values', () => {
  test.each([
    'login_only',
    'login_europe',
    'gate_browse',
    'change_server',
    'returning_hunter',
    'login_binaries',
  ])('%s: no difference, and the client sends what was recorded', async (scenario) => {
    expect(await run(scenario)).toEqual({ differences: [], complaints: [] })
  })
})

/** Changes the first packet of this name. */
function once(name: string, change: (body: Body<AnyPacket>) => Body<AnyPacket> | 'swallow'): Mischief {
  let done = false
  return (frame, body) => {
    if (done || frame.name !== name) return body
    done = true
    return change(body)
  }
}

const where = { scenario: 'gate_browse', step: 'login', client: 'A' }

describe('a node that does something else', () => {
  test('another value is told by its field', async () => {
    const mischief = once('NtcLogin', () => ({ status: 4 }) as Body<AnyPacket>)
    const { differences } = await run('gate_browse', mischief)
    expect(differences).toEqual([{ ...where, packet: 'NtcLogin', field: 'status', expected: '5', got: '4' }])
  })

  test('a missing frame is told by its name', async () => {
    const mischief = once('AnsCircleInfoNoticeSet', () => 'swallow')
    const { differences } = await run('gate_browse', mischief)
    const packet = 'AnsCircleInfoNoticeSet'
    expect(differences).toEqual([{ ...where, packet, field: 'missing', expected: 'sent', got: 'nothing' }])
  })

  test('a Capcom ID that is not the one handed out is told', async () => {
    const mischief = once('AnsLayerUserList', ({ records }) => {
      const [{ layerUserInfo }] = records as [{ layerUserInfo: { with(values: object): unknown } }]
      return { records: [{ layerUserInfo: layerUserInfo.with({ capcomId: ascii('OTHERS') }) }] } as never
    })
    const { differences } = await run('gate_browse', mischief)
    expect(differences).toMatchObject([
      { packet: 'AnsLayerUserList', field: 'records[0].layerUserInfo.capcomId', expected: '<ID-A>' },
    ])
  })
})

describe('deviations', () => {
  const place = { scenario: 's', step: 'one', client: 'A', packet: 'AnsShut', field: 'shutType' }
  const difference: Difference = { ...place, expected: '1', got: '2' }
  const deviation: Deviation = { ...place, clause: 'game.md 7.1 no. 1' }

  test('one that is argued for passes, any other does not', () => {
    const other = { ...difference, step: 'two' }
    expect(judge([deviation], 's', [difference, other])).toEqual({ unexpected: [other], stale: [] })
  })

  test('one that no longer occurs fails its scenario, and no other', () => {
    expect(judge([deviation], 's', [])).toEqual({ unexpected: [], stale: [deviation] })
    expect(judge([deviation], 't', [])).toEqual({ unexpected: [], stale: [] })
  })
})
