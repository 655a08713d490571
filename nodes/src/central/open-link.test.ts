import {
  armSession,
  armTicket,
  claimSession,
  type Letter,
  Problem,
  readAcquaintances,
  registerNode,
  syncNode,
} from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { openJournal } from './journal/index.ts'
import { type MemoryFiles, memoryFiles } from './journal/testing/memory-files.ts'
import { CentralUnreachable, type Hold } from './link.ts'
import { type LinkEnd, openLink } from './open-link.ts'
import { manualClock } from './testing/manual-clock.ts'
import { emptyDirectory, type PendingSync, scriptedCentral, turn } from './testing/scripted-central.ts'

const nodeId = '0b9b5d2e-6a1f-4c6e-8a77-0c8c1f0f3a11'
const registration = {
  name: 'Loc Lac',
  roles: ['world' as const],
  software: 'citygate test',
  opn: null,
  lmp: null,
  fmp: { host: '127.0.0.1', port: 8202 },
  rfp: null,
  servers: 'default' as const,
}
const valor = { id: 1, name: 'Valor1', type: 'open' as const, gates: 40, cities: 40, capacity: 2000 }
const settings = new Uint8Array(256).fill(7)
const told = {
  friends: [{ capcomId: 'BBBBBB', name: 'Qg==' }],
  blacklist: [],
  requests: [],
  deniesRequests: true,
}
const here = { serverId: 1, gate: 3, city: null, inQuest: false, leader: false }

/** Central answers claims at once with the fences 1, 2, 3 … unless the test takes them in hand. */
async function opened() {
  const clock = manualClock()
  let epochs = 0
  let fences = 0
  let servers = [valor]
  let claimGate: Promise<void> = Promise.resolve()
  const { call, syncs } = scriptedCentral(async (endpoint) => {
    if (endpoint.name === registerNode.name) {
      epochs++
      return {
        nodeId,
        epoch: epochs,
        incarnation: nodeId,
        leaseMs: 60_000,
        servers,
        directory: emptyDirectory,
      }
    }
    if (endpoint.name === claimSession.name) {
      const fence = ++fences
      await claimGate
      return { capcomId: 'AAAAAA', name: 'QQ==', fence, serverId: 1, settings: null, acquaintances: told }
    }
    if (endpoint.name === armTicket.name || endpoint.name === armSession.name) {
      return { serverId: 1, address: { host: '127.0.0.1', port: 8202 }, seatUntil: '2026-11-27T12:00:00Z' }
    }
    if (endpoint.name === readAcquaintances.name) return { ...told, friends: [] }
    throw new CentralUnreachable(endpoint.name)
  })
  const link = await openLink({
    call,
    registration,
    folder: '/node',
    files: memoryFiles(),
    log: silentLog,
    clock,
    random: () => 0,
  })
  const lost: Hold[] = []
  const ends: LinkEnd[] = []
  link.world.onLost((hold) => lost.push(hold))
  link.onEnd((end) => ends.push(end))
  await syncs[0]?.answer()
  clock.advance(1000)
  return {
    clock,
    link,
    syncs,
    lost,
    ends,
    last: () => {
      const sync = syncs.at(-1)
      if (!sync) throw new Error('no sync')
      return sync
    },
    holdClaims() {
      let open = () => {}
      claimGate = new Promise((resolve) => {
        open = resolve
      })
      return open
    },
    offer(other: (typeof valor)[]) {
      servers = other
    },
  }
}

const ticket = new Uint8Array(16).fill(1)

/** As central of an earlier release answers: without orders. */
const whole = {
  number: 2,
  leaseMs: 60_000,
  presence: { generation: 'g1', wantFull: false },
  refused: [],
  directory: emptyDirectory,
  nextSyncMs: 0,
}

/** All records up to this number are done. */
function journalAnswer({ body }: PendingSync, applied: number) {
  return { journal: { stream: body.journal?.stream ?? nodeId, applied, outcomes: [], ahead: false } }
}

function letter(number: number, fence: number): Letter {
  return { number, kind: 'session-taken', capcomId: 'AAAAAA', fence }
}

test('what is told of a held player goes out with one sync, and the end of the hold once', async () => {
  const { clock, link, last, syncs } = await opened()
  const hold = await link.world.claim(ticket)
  link.world.present(hold, here)
  await link.world.settings(hold, settings)
  clock.advance(10)
  const change = { kind: 'settings', settings: Buffer.from(settings).toString('base64') }
  expect(last().body).toMatchObject({
    number: 3,
    presence: { set: [{ capcomId: 'AAAAAA', fence: 1, ...here }] },
    journal: { seen: 0, records: [{ number: 1, capcomId: 'AAAAAA', fence: 1, change }] },
  })
  await last().answer(journalAnswer(last(), 1))
  await link.world.settings(hold, settings)
  link.world.release(hold, 'left')
  link.world.release(hold, 'lost')
  link.world.present(hold, here)
  clock.advance(200)
  expect(last().body).toMatchObject({
    presence: { set: [] },
    journal: null,
    releases: [{ capcomId: 'AAAAAA', fence: 1, reason: 'left' }],
  })
  await last().answer()
  expect(syncs.slice(1).flatMap((sync) => sync.body.releases)).toHaveLength(1)
})

test('a place that central would refuse is not told', async () => {
  const { clock, link, syncs } = await opened()
  const hold = await link.world.claim(ticket)
  link.world.present(hold, { ...here, gate: 70_000 })
  await expect(link.world.settings(hold, new Uint8Array(255))).rejects.toThrow('length')
  clock.advance(1000)
  expect(syncs).toHaveLength(2)
})

test('a letter ends the hold that it names, once, and is acknowledged', async () => {
  const { clock, link, last, lost } = await opened()
  const hold = await link.world.claim(ticket)
  await last().answer({ mail: [letter(9, 1), letter(8, 0)] })
  expect(lost).toEqual([hold])
  clock.advance(1000)
  expect(last().body.mailSeen).toBe(9)
  const again = await link.world.claim(ticket)
  await last().answer({ mail: [letter(9, 2)] })
  expect(lost).toEqual([hold])
  link.world.release(again, 'left')
})

test('a hold that central refuses is lost, and no more is said of it', async () => {
  const { clock, link, last, lost } = await opened()
  const hold = await link.world.claim(ticket)
  await last().answer({ refused: [{ capcomId: 'AAAAAA', fence: 1 }] })
  expect(lost).toEqual([hold])
  link.world.release(hold, 'lost')
  link.world.present(hold, here)
  clock.advance(1000)
  expect(last().body).toMatchObject({ releases: [], presence: { set: [] } })
})

test('a newer claim of the same player on this node ends the older', async () => {
  const { link, lost } = await opened()
  const older = await link.world.claim(ticket)
  const newer = await link.world.claim(ticket)
  expect(lost).toEqual([older])
  expect(newer.fence).toBe(2)
})

test('friends come with the claim, unless a letter about the player has overtaken it', async () => {
  const { link, last, holdClaims } = await opened()
  const friendsOf = async (hold: Hold) => (await link.social.acquaintances(hold)).friends
  const hold = await link.world.claim(ticket)
  expect(await friendsOf(hold)).toMatchObject([{ capcomId: 'BBBBBB' }])
  link.world.release(hold, 'left')

  const open = holdClaims()
  const claim = link.world.claim(ticket)
  await last().answer({ mail: [{ number: 1, kind: 'friend-deleted', to: 'AAAAAA', by: 'BBBBBB' }] })
  open()
  expect(await friendsOf(await claim)).toEqual([])
})

test('who is sent to a game server is counted there at once, and once', async () => {
  const { clock, link, last } = await opened()
  const listed = (id: number, population: number) => ({
    ...{ id, name: `Valor${id}`, type: 'open' as const, capacity: 2000, population },
    ...{ status: 'up' as const, address: { host: '127.0.0.1', port: 8202 } },
  })
  const populations = () => link.entry.directory.servers.map(({ population }) => population)
  // The first is this node's own, and of its players it knows more than central.
  await last().answer({ directory: { ...emptyDirectory, servers: [listed(1, 5), listed(2, 7)] } })
  expect(populations()).toEqual([0, 7])

  // The game asks for a spare and for the best.
  await link.entry.armTicket(ticket, 2)
  await link.entry.armTicket(ticket, 1)
  expect(populations()).toEqual([1, 7])
  const hold = await link.world.claim(ticket)
  expect(populations()).toEqual([1, 7])

  await link.world.arm(hold, 2)
  link.world.release(hold, 'travelling')
  expect(populations()).toEqual([0, 8])
  clock.advance(1000)
  await last().answer({ directory: { ...emptyDirectory, servers: [listed(1, 0), listed(2, 8)] } })
  expect(populations()).toEqual([0, 8])
})

test('a claim that is overtaken by the letter of its loss fails', async () => {
  const { link, last, lost, holdClaims } = await opened()
  const open = holdClaims()
  const claim = link.world.claim(ticket)
  await last().answer({ mail: [letter(1, 1)] })
  open()
  await expect(claim).rejects.toMatchObject({ code: 'fence_lost' })
  expect(lost).toEqual([])
})

test('a restored central is registered with anew: the players are lost, and new ones can come', async () => {
  const { clock, link, last, lost, ends, holdClaims } = await opened()
  const hold = await link.world.claim(ticket)
  const open = holdClaims()
  const underWay = link.world.claim(ticket)
  await last().fail(new Problem('incarnation_changed'))
  expect(lost).toEqual([hold])
  expect(last().body).toMatchObject({ epoch: 2, number: 1, mailSeen: 0, presence: { full: true, set: [] } })
  open()
  await expect(underWay).rejects.toMatchObject({ code: 'epoch_superseded' })

  await last().answer()
  const later = await link.world.claim(ticket)
  link.world.present(later, here)
  clock.advance(1000)
  expect(last().body).toMatchObject({ epoch: 2, presence: { set: [{ fence: later.fence }] } })
  expect(ends).toEqual([])
})

test('a node that is given other servers on the way back says so and ends', async () => {
  const { last, ends, offer } = await opened()
  offer([{ ...valor, id: 2 }])
  await last().fail(new Problem('incarnation_changed'))
  expect(ends).toMatchObject([{ reason: 'servers-changed' }])
})

test('a superseded start loses its players and ends; a listener that comes late hears of it too', async () => {
  const { clock, link, last, syncs, lost, ends } = await opened()
  const hold = await link.world.claim(ticket)
  await last().fail(new Problem('epoch_superseded'))
  expect(lost).toEqual([hold])
  expect(ends).toMatchObject([{ reason: 'superseded' }])
  link.onEnd((end) => ends.push(end))
  expect(ends).toHaveLength(2)
  const calls = syncs.length
  clock.advance(100_000)
  expect(syncs).toHaveLength(calls)
  expect(await link.close(1000)).toBe(false)
})

test('the last word of a start gives its lease back, behind everything else', async () => {
  const { clock, link, last } = await opened()
  const hold = await link.world.claim(ticket)
  link.world.present(hold, here)
  await link.world.settings(hold, settings)
  link.world.release(hold, 'left')
  link.drain()
  const closed = link.close(10_000)
  clock.advance(1000)
  // Central has to decide about the settings before the hold may go, and with it the lease.
  expect(last().body).toMatchObject({ ending: false, releases: [], journal: { records: [{ number: 1 }] } })
  await last().answer(journalAnswer(last(), 1))
  clock.advance(1000)
  expect(last().body).toMatchObject({ ending: true, releases: [{ capcomId: 'AAAAAA' }], draining: true })
  // It was not heard: it is said once more.
  await last().fail(new CentralUnreachable('gone'))
  clock.advance(5000)
  expect(last().body).toMatchObject({ ending: true, releases: [{ capcomId: 'AAAAAA' }] })
  await last().answer()
  expect(await closed).toBe(true)
})

test('a start whose journal central has not decided about keeps its lease', async () => {
  const { clock, link, last, syncs } = await opened()
  await link.world.settings(await link.world.claim(ticket), settings)
  const closed = link.close(2000)
  clock.advance(100)
  await last().answer()
  clock.advance(2000)
  expect(await closed).toBe(false)
  expect(syncs.some(({ body }) => body.ending)).toBe(false)
})

test('a registration waits for central to come, with growing pauses, and can be given up', async () => {
  const clock = manualClock()
  let tries = 0
  const { call } = scriptedCentral(() => {
    tries++
    throw new CentralUnreachable('down')
  })
  const giveUp = new AbortController()
  const opening = openLink({
    call,
    registration,
    folder: '/node',
    files: memoryFiles(),
    log: silentLog,
    clock,
    random: () => 0,
    signal: giveUp.signal,
  })
  for (let second = 0; second < 60; second++) {
    await turn()
    clock.advance(1000)
  }
  expect(tries).toBeGreaterThan(5)
  expect(tries).toBeLessThan(20)
  giveUp.abort(new Error('enough'))
  await expect(opening).rejects.toThrow('enough')
})

test('a refused registration is not tried again', async () => {
  const { call } = scriptedCentral(() => {
    throw new Problem('unauthorized')
  })
  const opening = openLink({
    call,
    registration,
    folder: '/node',
    files: memoryFiles(),
    log: silentLog,
    clock: manualClock(),
  })
  await expect(opening).rejects.toMatchObject({ code: 'unauthorized' })
})

test('an operator’s kick ends the hold with his words, whatever else the answer says of it', async () => {
  const { link, last } = await opened()
  const heard: unknown[] = []
  link.world.onLost((hold, words) => heard.push([hold.capcomId, words]))
  await link.world.claim(ticket)
  const kick: Letter = { number: 4, kind: 'kick', capcomId: 'AAAAAA', fence: 1, text: 'Be kind.' }
  await last().answer({ mail: [kick], refused: [{ capcomId: 'AAAAAA', fence: 1 }] })
  expect(heard).toEqual([['AAAAAA', 'Be kind.']])
})

test('an announcement is passed on, and a letter of a later release is passed over', async () => {
  const { clock, link, last } = await opened()
  const heard: unknown[] = []
  link.world.onAnnounce((...said) => heard.push(said))
  const unknown = { number: 5, kind: 'of-tomorrow', colour: 'green' }
  const announcement: Letter = { number: 6, kind: 'announce', serverId: null, text: 'Restart at ten.' }
  await last().answer(syncNode.output.parse({ ...whole, mail: [unknown, announcement] }))
  expect(heard).toEqual([['Restart at ten.', null]])
  clock.advance(1000)
  expect(last().body.mailSeen).toBe(6)
})

test('a node drains while it is ordered to, or its host wants it', async () => {
  const { clock, link, last } = await opened()
  const next = () => {
    clock.advance(1000)
    return last().body.draining
  }
  expect(next()).toBe(false)
  await last().answer({ orders: { drain: true } })
  expect(next()).toBe(true)
  await last().answer({ orders: { drain: false } })
  expect(next()).toBe(false)
  await last().answer({ orders: { drain: true } })
  link.drain()
  expect(next()).toBe(true)
  await last().answer({ orders: { drain: false } })
  expect(next()).toBe(true)
})

test('a player’s hold ends at central only after what he wrote has been decided', async () => {
  const { clock, link, last } = await opened()
  const hold = await link.world.claim(ticket)
  await link.world.settings(hold, settings)
  link.world.release(hold, 'left')
  clock.advance(200)
  expect(last().body).toMatchObject({ journal: { records: [{ number: 1 }] }, releases: [] })
  await last().answer(journalAnswer(last(), 1))
  clock.advance(200)
  expect(last().body).toMatchObject({ journal: null, releases: [{ capcomId: 'AAAAAA', fence: 1 }] })
})

test('records that central did not take come again after a rest, and keep no lease waiting', async () => {
  const { clock, link, last, syncs } = await opened()
  const hold = await link.world.claim(ticket)
  await link.world.settings(hold, settings)
  clock.advance(10)
  await last().answer()
  const spoken = syncs.length
  clock.advance(900)
  expect(syncs.slice(spoken).every(({ body }) => body.journal === null)).toBe(true)
  clock.advance(300)
  expect(last().body).toMatchObject({ journal: { records: [{ number: 1 }] } })
})

test('a key that central does not know is an outage until the lease is over, and then the end', async () => {
  const { clock, last, ends } = await opened()
  await last().fail(new Problem('unauthorized'))
  clock.advance(30_000)
  await last().fail(new Problem('unauthorized'))
  expect(ends).toEqual([])
  clock.advance(40_000)
  await last().fail(new Problem('unauthorized'))
  expect(ends).toMatchObject([{ reason: 'refused', words: expect.stringContaining('enrol it anew') }])
})

/** A start on a disk that an earlier one left with a record in its journal. */
async function restarted(signal?: AbortSignal) {
  const files: MemoryFiles = memoryFiles()
  const earlier = await openJournal({ folder: '/node', files, log: silentLog })
  await earlier.begin(nodeId)
  await earlier.append({ capcomId: 'AAAAAA', fence: 9, change: { kind: 'denies-requests', denies: true } })
  const asked: string[] = []
  const { call, syncs } = scriptedCentral((endpoint) => {
    asked.push(endpoint.name)
    const lease = { epoch: 2, incarnation: nodeId, leaseMs: 60_000 }
    return { nodeId, ...lease, servers: [valor], directory: emptyDirectory }
  })
  const clock = manualClock()
  const opening = openLink({
    ...{ call, registration, folder: '/node', files: files.crash(() => 1), log: silentLog, clock },
    ...{ random: () => 0, ...(signal ? { signal } : {}) },
  })
  let isOpen = false
  const opened = opening.then((link) => {
    isOpen = true
    return link
  })
  for (let turns = 0; syncs.length === 0 && turns < 100; turns++) await turn()
  return { asked, syncs, clock, opened, isOpen: () => isOpen }
}

test('a restart registers, replays, and only then gives up what its last start held and lets somebody in', async () => {
  const { asked, syncs, clock, opened, isOpen } = await restarted()
  expect(asked).toEqual([registerNode.name])
  const [replay] = syncs
  expect(replay?.body).toMatchObject({
    earlierDone: false,
    journal: { records: [{ number: 1, capcomId: 'AAAAAA', fence: 9 }] },
  })
  // An answer without a decision is none.
  await replay?.answer()
  clock.advance(2000)
  await turn()
  const again = syncs.find(({ body }) => body.number > 1 && body.journal !== null)
  if (!again) throw new Error('the record was not told again')
  expect([again.body.earlierDone, isOpen()]).toEqual([false, false])
  await again.answer(journalAnswer(again, 1))
  await opened
  clock.advance(1000)
  await turn()
  expect(syncs.at(-1)?.body).toMatchObject({ earlierDone: true, journal: null })
})

test('a start that is taken over before it has replayed ends in words instead of waiting', async () => {
  const { syncs, opened } = await restarted()
  await syncs[0]?.fail(new Problem('epoch_superseded'))
  const ends: LinkEnd[] = []
  const link = await opened
  link.onEnd((end) => ends.push(end))
  expect(ends).toMatchObject([{ reason: 'superseded' }])
})

test('a start that is given up while it replays asks central for nothing more', async () => {
  const giveUp = new AbortController()
  const { syncs, clock, opened } = await restarted(giveUp.signal)
  giveUp.abort(new Error('enough'))
  await expect(opened).rejects.toThrow('enough')
  await syncs[0]?.fail(new CentralUnreachable('down'))
  const before = syncs.length
  clock.advance(60_000)
  await turn()
  expect(syncs).toHaveLength(before)
})
