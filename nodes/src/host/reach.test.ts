import { checkReach, type Input, type Output, Problem } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import type { Call } from '../central/client.ts'
import { manualClock } from '../central/testing/manual-clock.ts'
import type { Log } from '../log.ts'
import { watchReach } from './reach.ts'
import { reachWords } from './reach-words.ts'

type Answer = Output<typeof checkReach>

/** Central as it answers, one answer after the other. */
function watching(answers: (Answer | Error)[]) {
  const clock = manualClock()
  const asked: Input<typeof checkReach>[] = []
  const said: string[] = []
  const call = (async (_: unknown, input: Input<typeof checkReach>) => {
    asked.push(input)
    const answer = answers.shift()
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked once too often')
    return answer
  }) as unknown as Call
  const keep = (_: object, message: string) => said.push(message)
  const log = { info: keep, warn: keep } as unknown as Log
  const end = watchReach({ call, clock, log, opnTls: true })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { clock, asked, said, end, settle }
}

const address = { host: '198.51.100.7', port: 8202 }
const answer = (finding: Answer['findings'][number]['finding'], listed = finding === 'ok'): Answer => ({
  ...{ dialled: true, listed, from: '198.51.100.7', nextMs: 1000 },
  findings: [{ port: 'fmp', address, finding }],
})

test('what central found is said once, with the mend, and said anew when it changes', async () => {
  const { clock, said, settle } = watching([answer('unreachable'), answer('unreachable'), answer('ok')])
  await settle()
  expect(said).toEqual([
    'FMP: nobody answers at 198.51.100.7:8202. What to do: forward TCP port 8202 of your router to this machine, and open it in this machine’s firewall',
    'central does not show this node to consoles until it can reach it',
  ])
  clock.advance(1000)
  await settle()
  expect(said).toHaveLength(2)
  clock.advance(1000)
  await settle()
  expect(said.at(-1)).toBe('central has reached this node: consoles are sent here')
})

test('a central of an earlier release is asked once, and nothing is said', async () => {
  const { clock, asked, said, settle } = watching([new Problem('not_found')])
  await settle()
  clock.advance(3_600_000)
  await settle()
  expect([asked.length, said]).toEqual([1, []])
})

test('a central that is away is asked again later; one that dials nobody says nothing', async () => {
  const trusting = { ...answer('ok'), dialled: false, findings: [] }
  const { clock, asked, said, settle } = watching([new Error('away'), trusting])
  await settle()
  clock.advance(60_000)
  await settle()
  expect([asked.length, said]).toEqual([2, []])
})

test('at the end nobody is asked any more', async () => {
  const { clock, asked, end, settle } = watching([answer('ok')])
  await settle()
  end()
  clock.advance(3_600_000)
  await settle()
  expect(asked).toHaveLength(1)
})

test('every finding has its words, and one thing to do', () => {
  const found = checkReach.output.shape.findings.element.shape.finding.options
  for (const finding of found) {
    const words = reachWords({ port: 'fmp', address, finding }, { from: '::ffff:203.0.113.9' })
    if (finding === 'ok') expect(words).toBeNull()
    else {
      expect(words?.is.startsWith('FMP: ') || words?.is.startsWith('FMP')).toBe(true)
      expect(words?.mend.length).toBeGreaterThan(10)
      expect(`${words?.is} ${words?.mend}`).not.toContain('::ffff:')
    }
  }
})

test.each([
  '127.0.0.1',
  '10.0.0.7',
  '172.20.0.5',
  '192.168.1.5',
  '100.64.1.1',
  '169.254.7.7',
  '::1',
  'fd00::7',
])('nobody is told to advertise %s, an address of the house by which central happens to see him', (from) => {
  for (const finding of ['private-address', 'not-your-address'] as const) {
    const mend = reachWords({ port: 'fmp', address, finding }, { from: `${from}` })?.mend
    expect(mend).not.toContain(from)
    expect(mend).not.toContain('advertise that address')
  }
})
