/** Log-ins without central, step by step. */
import { adoptSession, claimSession, Problem, tellPlayer, writeSettings } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import { CentralUnreachable, type Hold } from './link.ts'
import {
  askedOf,
  capcomId,
  decidedUpTo,
  guestHouse,
  isSettled,
  message,
  node,
  recordsOf,
  settings,
  uuid,
} from './testing/one-hunter.ts'

test('a console that was here logs in without central, under the fence of the node’s copy', async () => {
  const { asked, before, guest } = await guestHouse()
  expect([guest.fence, guest.capcomId]).toEqual([before.fence, before.capcomId])
  expect(askedOf(asked, claimSession)).toHaveLength(1)
})

test('what acts for a guest waits for his adoption: under the fence of the copy he would be lost', async () => {
  const { central, asked, link, lost, guest, comesBack } = await guestHouse()
  const { promise, resolve } = Promise.withResolvers<void>()
  central.adoption = promise
  await comesBack()
  const telling = link.social.tell(guest, 'BBBBBB', message)
  expect(await isSettled(telling)).toBe(false)
  resolve()
  expect(await telling).toBe('sent')
  expect(askedOf(asked, tellPlayer)).toMatchObject([{ body: { fence: 2 } }])
  expect([guest.fence, lost]).toEqual([2, []])
})

test('a guest stays when his node is ordered to be synchronized at the return of central', async () => {
  const { central, asked, link, lost, guest, comesBack } = await guestHouse()
  const { promise, resolve } = Promise.withResolvers<void>()
  central.adoption = promise
  await comesBack({ orders: { drain: false, consistency: 'synchronized' } })
  const writing = link.world.settings(guest, settings(5))
  expect(await isSettled(writing)).toBe(false)
  resolve()
  await writing
  expect(askedOf(asked, writeSettings)).toMatchObject([{ body: { fence: 2 } }])
  expect(lost).toEqual([])
})

test('a guest writes on while central answers and does not take the journal', async () => {
  const { link, guest, comesBack } = await guestHouse()
  await link.world.settings(guest, settings(1))
  // An answer without a word about the records, and then none.
  await comesBack()
  expect(await isSettled(link.world.settings(guest, settings(2)))).toBe(true)
})

test('a letter about a guest’s hold from before is not about him: the adoption decides', async () => {
  const { central, lost, guest, comesBack, until } = await guestHouse()
  central.adoption = Promise.reject(new Problem('fence_lost'))
  central.adoption.catch(() => undefined)
  await comesBack({ mail: [{ number: 1, kind: 'session-taken', capcomId, fence: guest.fence }] })
  await until(() => lost[0])
  expect(lost).toEqual([expect.stringContaining('used elsewhere')])
})

test('who was let in because central did not decide in time is adopted when it does', async () => {
  const { asked, link, lost, logIn, sync, until } = await node()
  const before = await logIn()
  await link.world.settings(before, settings(1))
  link.world.release(before, 'left')
  const slow = await sync((one) => recordsOf(one).length > 0)
  let guest: Hold | undefined
  void logIn().then((hold) => {
    guest = hold
  })
  const hold = await until(() => guest)
  expect([hold.fence, askedOf(asked, claimSession).length]).toEqual([before.fence, 1])

  await slow.answer(decidedUpTo(slow))
  await until(() => (hold.fence > before.fence ? hold : undefined))
  expect(askedOf(asked, adoptSession)).toHaveLength(1)
  expect([hold.fence, lost]).toEqual([2, []])
})

test('who was adopted and has left is let in again under the fence of his adoption', async () => {
  const { central, link, lost, guest, comesBack, logIn, clock, sync, until } = await guestHouse()
  await comesBack()
  await until(() => (guest.fence === 2 ? guest : undefined))
  link.world.release(guest, 'left')
  await (await sync(({ body }) => body.releases.some(({ fence }) => fence === 2))).answer()
  clock.advance(1000)
  central.isDown = true
  expect((await logIn()).fence).toBe(2)
  expect(lost).toEqual([])
})

/** Central has claimed him, and nobody has heard of it. */
async function claimedUnheard() {
  const all = await node()
  const { central, link, logIn, sync, clock, syncs } = all
  link.world.release(await logIn(), 'left')
  await (await sync(({ body }) => body.releases.length > 0)).answer()
  clock.advance(1000)
  central.losesClaim = true
  const guest = await logIn()
  for (const one of syncs.slice(-2)) await one.fail(new CentralUnreachable('down'))
  return { ...all, guest }
}

test('what is written under a fence that central may have raised names its log-in', async () => {
  const { link, guest, sync } = await claimedUnheard()
  await link.world.settings(guest, settings(1))
  const told = await sync((one) => recordsOf(one).length > 0)
  expect(recordsOf(told)).toMatchObject([{ fence: 1, login: uuid }])
})

test('who comes again in the same outage goes on under the log-in that central may have', async () => {
  const { asked, link, lost, guest, logIn, comesBack, until } = await claimedUnheard()
  link.world.release(guest, 'left')
  const again = await logIn()
  expect(again.fence).toBe(guest.fence)
  await comesBack()
  await until(() => (again.fence > guest.fence ? again : undefined))
  expect(askedOf(asked, adoptSession)).toMatchObject([{ body: { login: uuid, fence: 1 } }])
  expect(lost).toEqual([])
})

test('of who has left in doubt central hears when it is back: it may hold him', async () => {
  const { asked, link, guest, comesBack, sync } = await claimedUnheard()
  link.world.release(guest, 'left')
  await comesBack()
  const { body } = await sync((one) => one.body.releases.some(({ fence }) => fence > 1))
  expect(askedOf(asked, adoptSession)).toMatchObject([{ body: { login: uuid, fence: 1 } }])
  expect(body.releases).toEqual([{ capcomId, fence: 3, reason: 'left' }])
})
