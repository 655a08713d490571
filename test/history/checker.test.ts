/** The checker finds what it is there to find: a history for each promise that breaks this one, and a good one beside it. */
import { expect, test } from 'vitest'
import type {
  Answer,
  Granted,
  History,
  Kept,
  NodeCall,
  Operation,
  Outcome,
  PlayerCall,
} from '../src/history/history.ts'
import { judge } from '../src/history/judge.ts'
import { findStuck, type Model } from '../src/history/linearizable.ts'

const done = (answer: Answer = { kind: 'done' }): Outcome => ({ is: 'done', answer })
const refused = (code = 'fence_lost'): Outcome => ({ is: 'refused', code })
const unknown: Outcome = { is: 'unknown' }

/** One hunter; calls follow each other unless they name their moments. */
function historyOf(
  told: readonly (readonly [PlayerCall | NodeCall, Outcome, from?: number, to?: number])[],
  written: readonly number[] = [],
  granted: readonly Granted[] = [],
): History {
  const players: Operation<PlayerCall>[] = []
  const nodes: Operation<NodeCall>[] = []
  for (const [index, [call, outcome, start = index * 10, to = index * 10 + 5]] of told.entries()) {
    const end = outcome.is === 'unknown' ? Number.POSITIVE_INFINITY : to
    const rest = { client: 'node' in call ? call.node : 'reader', start, end, outcome }
    if (call.kind === 'register' || call.kind === 'renew') nodes.push({ key: 'A', call, ...rest })
    else players.push({ key: 'ARIA01', call, ...rest })
  }
  const kept: Kept[] = [0, ...written].map((value, index) => ({ version: index + 1, value }))
  return {
    ...{ players, nodes, leaseMs: 1000 },
    ...{ kept: new Map([['ARIA01', kept]]), granted: new Map([['ARIA01', granted]]) },
  }
}

const epoch = 1
const claim = (node: string, attempt = ''): PlayerCall => ({ kind: 'claim', node, epoch, attempt })
const write = (node: string, fence: number, value: number): PlayerCall => ({
  ...{ kind: 'write', node, epoch, fence, value },
})
const use = (node: string, fence: number): PlayerCall => ({ kind: 'use', node, epoch, fence })
const release = (node: string, fence: number): PlayerCall => ({ kind: 'release', node, epoch, fence })
const read: PlayerCall = { kind: 'read' }
const see: PlayerCall = { kind: 'see' }
const claimed = (fence: number, value = 0) => done({ kind: 'claimed', fence, value })
const record = (version: number, value: number) => done({ kind: 'record', version, value })
const seen = (node: string | null) => done({ kind: 'seen', node })
const registered = (epoch: number) => done({ kind: 'registered', epoch })

const promisesBroken = (history: History) => [...new Set(judge(history).map(({ promise }) => promise))]

test('a good history of everything breaks nothing', () => {
  const history = historyOf(
    [
      [{ kind: 'register' }, registered(1)],
      [{ kind: 'renew', epoch: 1 }, done()],
      [claim('A'), claimed(1)],
      [write('A', 1, 7), done()],
      [use('A', 1), done()],
      [see, seen('A')],
      [claim('B'), claimed(2, 7)],
      [write('A', 1, 8), refused()],
      [use('A', 1), refused()],
      [write('B', 2, 9), unknown],
      [read, record(3, 9)],
      [release('B', 2), done()],
      [write('B', 2, 10), done()],
      [use('B', 2), refused()],
      [{ kind: 'renew', epoch: 1 }, done()],
      [{ kind: 'register' }, registered(2)],
      [{ kind: 'renew', epoch: 1 }, refused('epoch_superseded')],
    ],
    [7, 9, 10],
  )
  expect(judge(history)).toEqual([])
})

test('calls that overlap may be answered in either order', () => {
  for (const value of [7, 8]) {
    const history = historyOf(
      [
        [claim('A'), claimed(1)],
        [write('A', 1, 7), done(), 10, 30],
        [write('A', 1, 8), done(), 12, 28],
        [read, record(value === 7 ? 2 : 3, value), 14, 29],
      ],
      value === 7 ? [7, 8] : [7, 8],
    )
    expect(judge(history), String(value)).toEqual([])
  }
})

test('what was never answered may have been done late, or never', () => {
  const told = [
    [claim('A'), claimed(1)],
    [write('A', 1, 7), unknown],
    [read, record(1, 0)],
  ] as const
  expect(judge(historyOf([...told, [read, record(1, 0)]]))).toEqual([])
  expect(judge(historyOf([...told, [read, record(2, 7)]], [7]))).toEqual([])
})

test('a fence that is given twice, or falls', () => {
  const twice = historyOf([
    [claim('A'), claimed(1)],
    [claim('B'), claimed(1)],
  ])
  expect(promisesBroken(twice)).toContain('fences only rise')
  const falls = historyOf([
    [claim('A'), claimed(2)],
    [claim('B'), claimed(1)],
  ])
  expect(promisesBroken(falls)).toContain('fences only rise')
})

test('an acknowledged write that is not kept, or lies under an older one, or is not read', () => {
  const vanished = historyOf([
    [claim('A'), claimed(1)],
    [write('A', 1, 7), done()],
  ])
  expect(promisesBroken(vanished)).toContain('no acknowledged write is lost')
  const overwritten = historyOf(
    [
      [claim('A'), claimed(1)],
      [write('A', 1, 7), done()],
      [write('A', 1, 8), done()],
    ],
    [8, 7],
  )
  expect(promisesBroken(overwritten)).toContain('no acknowledged write is lost')
  const unread = historyOf(
    [
      [claim('A'), claimed(1)],
      [write('A', 1, 7), done()],
      [read, record(1, 0)],
    ],
    [7],
  )
  expect(promisesBroken(unread)).toContain('no acknowledged write is lost')
})

test('a write that is done twice', () => {
  const history = historyOf(
    [
      [claim('A'), claimed(1)],
      [write('A', 1, 7), done()],
      [write('A', 1, 8), done()],
    ],
    [7, 8, 7],
  )
  expect(promisesBroken(history)).toContain('nothing is done twice')
})

test('a write by a holder who has been fenced', () => {
  const history = historyOf(
    [
      [claim('A'), claimed(1)],
      [claim('B'), claimed(2)],
      [write('A', 1, 7), done()],
    ],
    [7],
  )
  expect(promisesBroken(history)).toContain('no write by a fenced holder')
})

test('two holders at once, by what they may do and by where the hunter is shown', () => {
  const used = historyOf([
    [claim('A'), claimed(1)],
    [claim('B'), claimed(2)],
    [use('A', 1), done()],
  ])
  expect(promisesBroken(used)).toContain('at most one live lease')
  const shown = historyOf([
    [{ kind: 'renew', epoch: 1 }, done()],
    [claim('A'), claimed(1)],
    [claim('B'), claimed(2)],
    [see, seen('A')],
  ])
  expect(promisesBroken(shown)).toContain('at most one live lease')
  const denied = historyOf([
    [claim('A'), claimed(1)],
    [use('A', 1), refused()],
  ])
  expect(promisesBroken(denied)).toContain('at most one live lease')
})

test('a hunter who is shown although the lease of his node is long over', () => {
  const told = [
    [{ kind: 'register' }, registered(1), 0, 5],
    [claim('A'), claimed(1), 10, 15],
    [{ kind: 'renew', epoch: 1 }, done(), 20, 25],
  ] as const
  expect(judge(historyOf([...told, [see, seen('A'), 1000, 1005]]))).toEqual([])
  expect(promisesBroken(historyOf([...told, [see, seen('A'), 1030, 1035]]))).toEqual([
    'no life beyond the lease',
  ])
})

test('a start of a node that has been superseded and still renews', () => {
  const history = historyOf([
    [{ kind: 'register' }, registered(1)],
    [{ kind: 'register' }, registered(2)],
    [{ kind: 'renew', epoch: 1 }, done()],
  ])
  expect(promisesBroken(history)).toEqual(['one start of a node at a time'])
})

test('a read that is older than a read before it', () => {
  const history = historyOf(
    [
      [claim('A'), claimed(1)],
      [write('A', 1, 7), unknown],
      [read, record(2, 7)],
      [read, record(1, 0)],
    ],
    [7],
  )
  expect(promisesBroken(history)).toEqual(['reads are linearizable'])
})

test('a read of what nobody wrote', () => {
  const history = historyOf([
    [claim('A'), claimed(1)],
    [read, record(1, 99)],
  ])
  expect(promisesBroken(history)).toEqual(['reads are linearizable'])
})

test('a claim without an answer was done where the database has noted it, and only there', () => {
  const lost = [claim('A', 'lost'), unknown] as const
  const next = [claim('B', 'next'), claimed(2)] as const
  const noted = [
    { attempt: 'lost', fence: 1 },
    { attempt: 'next', fence: 2 },
  ]
  expect(judge(historyOf([lost, next], [], noted))).toEqual([])
  expect(promisesBroken(historyOf([lost, next], [], noted.slice(1)))).toContain('at most one live lease')
  const overwritten = historyOf([lost, next, [write('A', 1, 7), done()]], [7], noted)
  expect(promisesBroken(overwritten)).toContain('no write by a fenced holder')
  const twice = historyOf(
    [lost, [claim('B', 'next'), unknown]],
    [],
    [
      { attempt: 'lost', fence: 1 },
      { attempt: 'next', fence: 1 },
    ],
  )
  expect(promisesBroken(twice)).toEqual(['fences only rise'])
})

test('a write that is refused although nobody has claimed since', () => {
  const behind = (node: string, outcome: Outcome) =>
    historyOf([
      [claim('A'), claimed(1)],
      [release('A', 1), done()],
      [write(node, 1, 7), outcome],
    ])
  expect(promisesBroken(behind('A', refused()))).toEqual(['reads are linearizable'])
  expect(judge(behind('A', refused('busy')))).toEqual([])
  expect(judge(behind('B', refused()))).toEqual([])
})

test('a release without an answer may come late, and once', () => {
  const told = [
    [claim('A'), claimed(1)],
    [release('A', 1), unknown],
    [use('A', 1), done()],
    [use('A', 1), refused()],
  ] as const
  expect(judge(historyOf(told))).toEqual([])
  expect(promisesBroken(historyOf([...told, [use('A', 1), done()]]))).toContain('at most one live lease')
})

test('any number of calls without an answer can be decided', () => {
  const rounds = Array.from({ length: 60 }, (_, index) => index + 1)
  const history = historyOf(
    rounds.flatMap((round) => [
      [{ kind: 'register' }, unknown] as const,
      [claim('A', `${round}`), unknown] as const,
      [write('A', round, round), unknown] as const,
      [release('A', round), unknown] as const,
      [release('A', round), unknown] as const,
      [use('A', round), refused()] as const,
      [read, record(round + 1, round)] as const,
    ]),
    rounds,
    rounds.map((round) => ({ attempt: `${round}`, fence: round })),
  )
  expect(judge(history)).toEqual([])
  const started = historyOf([[{ kind: 'register' }, registered(99), 1e6, 1e6]])
  const tooMany = { ...history, nodes: [...history.nodes, ...started.nodes] }
  expect(promisesBroken(tooMany)).toEqual(['one start of a node at a time'])
})

test('any number of calls that wait for their refusal at once can be decided', () => {
  const late = (from: number) => [write('A', 1, from), refused(), from, 100] as const
  const many = Array.from({ length: 40 }, (_, index) => late(20 + index))
  const told = [[claim('A'), claimed(1), 0, 5], ...many] as const
  expect(judge(historyOf([...told, [claim('B'), claimed(2), 90, 95]]))).toEqual([])
  expect(promisesBroken(historyOf([...told, [claim('B'), claimed(2), 101, 105]]))).toEqual([
    'reads are linearizable',
  ])
})

test('what cannot be decided within bounds is said, not passed', () => {
  const anything: Model<PlayerCall, string> = {
    initial: '',
    text: (state) => state,
    isPassive: () => false,
    step: (state, { start }) => [`${state},${start}`],
  }
  const many = historyOf(Array.from({ length: 18 }, () => [read, done(), 0, 1] as const))
  expect(() => findStuck(anything, many.players)).toThrow('too many orders')
})
