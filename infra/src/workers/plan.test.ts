import { describe, expect, it } from 'vitest'
import { ConfigError } from '../config.ts'
import type { Config } from '../settings.ts'
import { type Machine, type Plan, planWorkers } from './plan.ts'

const gib = 2 ** 30
const pc: Machine = {
  cores: 2,
  memory: 4 * gib,
  platform: 'linux',
  sharesPorts: true,
  movesSockets: true,
  stopsReading: true,
}
const big: Machine = { ...pc, cores: 16, memory: 32 * gib }
const windows: Machine = { ...big, platform: 'win32', sharesPorts: false }
type Settings = Config<'workers' | 'accept' | 'profile'>
const usual: Settings = { workers: 'auto', accept: 'own-port', profile: 'auto' }
const both = ['entry', 'world'] as const

function plan(settings: Partial<Settings>, machine = big, roles: readonly ('entry' | 'world')[] = both) {
  return planWorkers({ ...usual, ...settings }, roles, machine)
}
const short = ({ kind, count, accept }: Plan) => `${kind} ${count} ${accept}`

describe('workers', () => {
  it.each([
    [{}, pc, 'here 1 own-port'],
    [{}, big, 'processes 8 own-port'],
    [{ profile: 'modest' }, big, 'here 1 own-port'],
    [{ profile: 'robust' }, pc, 'processes 2 own-port'],
    [{ profile: 'robust' }, { ...big, memory: gib }, 'processes 4 own-port'],
    [{ workers: '1' }, big, 'here 1 own-port'],
    [{ workers: 'threads:3' }, pc, 'threads 3 own-port'],
    [{ workers: 'processes:1' }, pc, 'processes 1 own-port'],
  ] as const)('%j', (settings, machine, expected) => {
    expect(short(plan(settings, machine))).toBe(expected)
  })

  it('says what was chosen and why, and nothing of what was set', () => {
    expect(plan({}, pc).reasons.join()).toMatch(/^workers: 1, on 2 cores and 4\.0 GiB: /)
    expect(plan({ workers: 'processes:2' }).reasons).toEqual([])
  })
})

describe('accept', () => {
  it.each([
    [{ workers: 'processes:2', accept: 'auto' }, big, 'processes 2 dispatch'],
    [{ workers: 'threads:2', accept: 'auto' }, big, 'threads 2 reuse-port'],
    [{ workers: 'threads:2', accept: 'auto' }, windows, 'threads 2 own-port'],
    [{ workers: 'processes:2', accept: 'auto' }, windows, 'processes 2 own-port'],
    [{ workers: '1', accept: 'auto' }, big, 'here 1 own-port'],
    [{ workers: '1', accept: 'dispatch' }, big, 'here 1 own-port'],
    [{ workers: 'threads:2', accept: 'dispatch' }, windows, 'threads 2 dispatch'],
  ] as const)('%j on %j', (settings, machine, expected) => {
    const chosen = plan(settings, machine)
    expect(short(chosen)).toBe(expected)
    if (settings.accept === 'auto') expect(chosen.reasons.join()).toContain('accept: ')
  })

  const olderNode = { movesSockets: false }
  const machines: Record<string, Machine> = {
    linux: big,
    mac: { ...big, platform: 'darwin', sharesPorts: false },
    windows,
    'linux, older Node.js': { ...big, ...olderNode },
    'windows, older Node.js': { ...windows, ...olderNode },
    'linux, a Node.js that hides its handles': { ...big, stopsReading: false },
  }
  const combinations = (['threads:2', 'processes:2'] as const).flatMap((workers) =>
    (['own-port', 'reuse-port', 'dispatch', 'auto'] as const).flatMap((accept) =>
      ([['entry', 'world'], ['entry'], ['world']] as const).map((roles) => ({ workers, accept, roles })),
    ),
  )

  function refusalOf({ workers, accept, roles }: (typeof combinations)[number], machine: Machine) {
    try {
      plan({ workers, accept }, machine, roles)
      return null
    } catch (error) {
      if (error instanceof ConfigError) return error.message
      throw error
    }
  }

  const alone = ['threads:2 reuse-port world', 'processes:2 reuse-port world']
  const noSharing = ['threads:2', 'processes:2'].flatMap((kind) =>
    ['entry,world', 'entry', 'world'].map((roles) => `${kind} reuse-port ${roles}`),
  )
  const unread = ['processes:2 dispatch entry,world', 'processes:2 dispatch world']
  const unmoved = ['threads:2 dispatch entry,world', 'threads:2 dispatch entry']
  it.each([
    ['linux', alone],
    ['mac', noSharing],
    ['windows', [...noSharing, ...unread]],
    ['linux, older Node.js', [...alone, ...unmoved]],
    ['windows, older Node.js', [...noSharing, ...unread, ...unmoved]],
    ['linux, a Node.js that hides its handles', [...alone, ...unread]],
  ])('on %s, every other combination works', (name, refused) => {
    const machine = machines[name] ?? big
    const found = combinations.filter((one) => refusalOf(one, machine) !== null)
    const names = found.map(({ workers, accept, roles }) => `${workers} ${accept} ${roles}`)
    expect(names.sort()).toEqual([...refused].sort())
  })

  it.each(Object.entries(machines))('on %s, what a refusal names works', (_name, machine) => {
    for (const combination of combinations) {
      const words = refusalOf(combination, machine)
      if (words === null) continue
      const [, named = ''] =
        /^accept: "[a-z-]+" cannot work .*\. The nearest that works: (.+)$/.exec(words) ?? []
      for (const one of named.split(', or ')) {
        const [, kind] = /^--workers (\w+):N$/.exec(one) ?? []
        const nearest = kind
          ? { ...combination, workers: `${kind}:2` as 'threads:2' }
          : { ...combination, accept: one as 'own-port' }
        expect([words, refusalOf(nearest, machine)]).toEqual([words, null])
      }
    }
  })

  it.each([
    [{ workers: 'threads:2', accept: 'reuse-port' }, windows, both, /win32 does not spread.*dispatch/],
    [{ workers: 'processes:2', accept: 'dispatch' }, windows, both, /win32.*threads:N, or own-port/],
    [{ workers: 'processes:2', accept: 'reuse-port' }, big, ['world'], /world nodes alone.*own-port/],
    [
      { workers: 'threads:2', accept: 'dispatch' },
      { ...big, movesSockets: false },
      both,
      /does not move sockets into threads.*processes:N/,
    ],
  ] as const)('%j is refused with the nearest that works', (settings, machine, roles, words) => {
    expect(() => plan(settings, machine, roles)).toThrow(words)
  })
})
