/** The ports of each worker, as people rely on them to forward them (docs/running.md). */
import { expect, test } from 'vitest'
import type { NodeJob } from '../hosted-node.ts'
import type { NodeStatus } from '../status-file.ts'
import { type DoorsParts, planDoors } from './doors.ts'
import { SharedPorts } from './shared-ports.ts'

const ports = { opn: 8200, lmp: 8201, fmp: 8202, rfp: 8203 }
const jobOf = (over: Partial<NodeJob> = {}): NodeJob => ({
  ...{
    folder: '',
    home: '',
    roles: ['entry', 'world'],
    centralUrl: '',
    ports,
    doors: {},
    servers: 'default',
  },
  ...over,
})
const first = { rfp: '192.0.2.1:8203' } as NodeStatus

function doorsOf(over: Partial<DoorsParts>) {
  return planDoors({
    ...{ accept: 'own-port', index: 0, job: jobOf(), accepted: {}, first: null },
    sharedPorts: new SharedPorts('127.0.0.1', 'processes'),
    ...over,
  })
}

test('own ports: further LMP ports are 8221, 8222 …, further FMP ports 8211, 8212 …', () => {
  expect(doorsOf({})).toEqual({ ports, doors: {}, shared: [] })
  expect([1, 2, 3].map((index) => doorsOf({ index, first }).ports)).toMatchObject([
    { lmp: 8221, fmp: 8211 },
    { lmp: 8222, fmp: 8212 },
    { lmp: 8223, fmp: 8213 },
  ])
})

test('own ports: the first worker has OPN and RFP, and the others’ consoles are told of its RFP', () => {
  expect(doorsOf({ index: 1, first }).doors).toEqual({
    opn: { by: 'none' },
    rfp: { by: 'other-node', port: 8203 },
  })
})

test('any free port stays any free port', () => {
  const job = jobOf({ ports: { opn: 0, lmp: 0, fmp: 0, rfp: 0 } })
  expect(doorsOf({ index: 2, job, first }).ports).toMatchObject({ lmp: 0, fmp: 0 })
})

test('one acceptor: nobody else listens, and all tell its ports', () => {
  const accepted = { opn: 9000, lmp: 9001, fmp: 9002, rfp: 9003 }
  for (const index of [0, 1]) {
    expect(doorsOf({ accept: 'dispatch', index, accepted }).doors).toEqual({
      opn: { by: 'hand', port: 9000 },
      lmp: { by: 'hand', port: 9001 },
      fmp: { by: 'hand', port: 9002 },
      rfp: { by: 'hand', port: 9003 },
    })
  }
})

test('shared ports: entry doors on the same ones, a world on its own; worlds alone have their own', () => {
  const sharedPorts = new SharedPorts('127.0.0.1', 'processes')
  const job = jobOf({ ports: { ...ports, opn: 0, lmp: 0, rfp: 0 } })
  const [one, two] = [0, 1].map((index) => doorsOf({ accept: 'reuse-port', index, job, sharedPorts }))
  sharedPorts.close()
  expect(one?.ports.opn).toBeGreaterThan(0)
  expect(two?.ports).toEqual({ ...one?.ports, fmp: 8211 })
  expect(one?.shared.map(([door]) => door)).toEqual(['opn', 'lmp', 'rfp'])
  const world = jobOf({ roles: ['world'] })
  expect(doorsOf({ accept: 'reuse-port', index: 1, job: world })).toEqual({
    ports: { ...ports, fmp: 8211 },
    doors: {},
    shared: [],
  })
})
