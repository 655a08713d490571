import { Problem } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { grantedLease } from './lease.ts'
import { CentralUnreachable } from './link.ts'
import { createOutbox } from './outbox.ts'
import { type SyncAnswer, type SyncEnd, startSync } from './sync-loop.ts'
import { manualClock } from './testing/manual-clock.ts'
import { type PendingSync, scriptedCentral } from './testing/scripted-central.ts'

function presence(capcomId: string) {
  return { capcomId, fence: 1, serverId: 1, gate: null, city: null, inQuest: false, leader: false }
}

function running() {
  const clock = manualClock()
  const { call, syncs } = scriptedCentral()
  const outbox = createOutbox()
  const answers: SyncAnswer[] = []
  const ends: SyncEnd[] = []
  const loop = startSync({
    call,
    clock,
    random: () => 0,
    log: silentLog,
    epoch: 7,
    lease: grantedLease(0, 60_000),
    holdMs: 20_000,
    voice: { ...outbox, draw: () => ({ ...outbox.draw(), mailSeen: 0, directoryVersion: 1 }) },
    onAnswer: (answer) => {
      outbox.heard(answer.presence)
      answers.push(answer)
    },
    onEnd: (why) => ends.push(why),
  })
  const nth = (n: number): PendingSync => {
    const sync = syncs[n - 1]
    if (!sync) throw new Error(`only ${syncs.length} syncs`)
    return sync
  }
  const show = (capcomId: string) => {
    outbox.show(presence(capcomId))
    loop.poke()
  }
  return { clock, syncs, outbox, answers, ends, loop, nth, show }
}

/** The first call is answered and the second is held by central. */
async function atRest() {
  const all = running()
  await all.nth(1).answer()
  all.clock.advance(1000)
  expect(all.syncs).toHaveLength(2)
  expect(all.nth(2).body).toMatchObject({ number: 2, holdMs: 20_000 })
  return all
}

test('the first call goes out at once with everybody, the next lets central hold it', async () => {
  const { nth } = await atRest()
  expect(nth(1).body).toMatchObject({
    epoch: 7,
    number: 1,
    holdMs: 0,
    presence: { generation: null, full: true },
  })
  expect(nth(2).body.presence).toEqual({ generation: 'g1', full: false, set: [], gone: [] })
})

test('news goes out beside the held call, which central then ends', async () => {
  const { clock, nth, syncs, show } = await atRest()
  show('AAAAAA')
  clock.advance(10)
  expect(syncs).toHaveLength(3)
  expect(nth(3).body).toMatchObject({ number: 3, holdMs: 0, presence: { set: [presence('AAAAAA')] } })
  await nth(2).fail(new Problem('sync_out_of_order'))
  await nth(3).answer()
  clock.advance(1000)
  expect(syncs).toHaveLength(4)
  expect(nth(4).body).toMatchObject({ number: 4, holdMs: 20_000, presence: { set: [] } })
})

test('two hundred log-ins of one second cost some ten calls', async () => {
  const { clock, syncs, show, answers } = await atRest()
  for (let i = 0; i < 200; i++) {
    show(String(i).padStart(6, '0'))
    clock.advance(5)
    for (const sync of syncs.slice(answers.length)) if (sync.body.holdMs === 0) await sync.answer()
  }
  clock.advance(200)
  expect(syncs.flatMap((sync) => sync.body.presence.set)).toHaveLength(200)
  expect(syncs.length).toBeLessThan(16)
})

test('a central that ends held calls at once is not stormed', async () => {
  const { clock, syncs } = running()
  for (let i = 0; i < 400; i++) {
    await syncs.at(-1)?.answer()
    clock.advance(25)
  }
  expect(syncs.length).toBeLessThan(45)
})

test('an answer that is older than the last applied is ignored', async () => {
  const { clock, nth, show, answers } = await atRest()
  show('AAAAAA')
  clock.advance(10)
  await nth(3).answer({ presence: { generation: 'g2', wantFull: false } })
  await nth(2).answer({ presence: { generation: 'g1', wantFull: true } })
  expect(answers.map((answer) => answer.number)).toEqual([1, 3])
})

test('everybody again as soon as the generation changes', async () => {
  const { clock, nth, show, syncs } = await atRest()
  show('AAAAAA')
  clock.advance(10)
  await nth(3).answer({ presence: { generation: 'g2', wantFull: true } })
  clock.advance(100)
  expect(syncs).toHaveLength(4)
  expect(nth(4).body.presence).toEqual({ generation: 'g2', full: true, set: [presence('AAAAAA')], gone: [] })
})

test('a call without answer is told again, after a pause, with a new number', async () => {
  const { clock, nth, show, syncs } = await atRest()
  show('AAAAAA')
  clock.advance(10)
  await nth(3).fail(new CentralUnreachable('down'))
  clock.advance(200)
  expect(syncs).toHaveLength(3)
  clock.advance(100)
  expect(nth(4).body).toMatchObject({ number: 4, presence: { set: [presence('AAAAAA')] } })
})

test('central down for a minute costs a handful of calls, and it is found again within ten seconds', async () => {
  const { clock, nth, syncs, answers } = await atRest()
  await nth(2).fail(new CentralUnreachable('down'))
  for (let second = 0; second < 60; second++) {
    clock.advance(1000)
    if (syncs.at(-1) !== nth(2)) await syncs.at(-1)?.fail(new CentralUnreachable('down'))
  }
  expect(syncs.length).toBeLessThan(20)
  const before = answers.length
  clock.advance(10_000)
  await syncs.at(-1)?.answer()
  expect(answers.length).toBe(before + 1)
})

test('the failure of an older call does not delay a newer one', async () => {
  const { clock, nth, show, syncs } = await atRest()
  show('AAAAAA')
  clock.advance(10)
  await nth(3).answer()
  await nth(2).fail(new CentralUnreachable('reset'))
  clock.advance(300)
  expect(nth(4).body.holdMs).toBe(20_000)
  show('BBBBBB')
  clock.advance(10)
  expect(syncs).toHaveLength(5)
})

test('held calls that never come home do not pile up', async () => {
  const { clock, nth, syncs, show } = await atRest()
  show('AAAAAA')
  clock.advance(10)
  await nth(3).answer()
  clock.advance(300)
  show('BBBBBB')
  clock.advance(10)
  await nth(5).answer()
  expect([nth(2), nth(4)].map((held) => held.options.signal?.aborted)).toEqual([true, false])
  expect(syncs).toHaveLength(5)
})

test('where central does not hold, the node comes back when it is told', async () => {
  const { clock, nth, syncs } = await atRest()
  await nth(2).answer({ nextSyncMs: 15_000 })
  clock.advance(14_200)
  expect(syncs).toHaveLength(2)
  clock.advance(100)
  expect(syncs).toHaveLength(3)
})

test('a superseded epoch says nothing more', async () => {
  const { clock, nth, syncs, ends, show } = await atRest()
  await nth(2).fail(new Problem('epoch_superseded'))
  show('AAAAAA')
  clock.advance(100_000)
  expect(ends).toEqual(['superseded'])
  expect(syncs).toHaveLength(2)
})

test('stopping tells the last word first', async () => {
  const { clock, nth, loop, outbox } = await atRest()
  outbox.release({ capcomId: 'AAAAAA', fence: 1, reason: 'left' })
  const stopped = loop.stop(3000)
  clock.advance(10)
  expect(nth(3).body.releases).toHaveLength(1)
  await nth(3).answer()
  expect(await stopped).toBe(true)
  expect(nth(2).options.signal?.aborted).toBe(true)
})

test('stopping does not wait for a dead central beyond its deadline', async () => {
  const { clock, nth, loop, outbox } = await atRest()
  outbox.release({ capcomId: 'AAAAAA', fence: 1, reason: 'left' })
  const stopped = loop.stop(3000)
  clock.advance(3000)
  expect(await stopped).toBe(false)
  expect(nth(3).options.signal?.aborted).toBe(true)
})
