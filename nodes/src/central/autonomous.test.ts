import { chooseHunter, Problem } from '@citygate/schema/contract'
import { expect, test } from 'vitest'
import type { SocialNews } from './social.ts'
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

test('who could not move is answered from the journal as before', async () => {
  const { central, link, logIn } = await node()
  const hold = await logIn()
  central.arming = Promise.reject(new Problem('server_full'))
  await expect(link.world.arm(hold, 2)).rejects.toMatchObject({ code: 'server_full' })
  central.isDown = true
  expect(await isSettled(link.world.settings(hold, settings(1)))).toBe(true)
})

test('who is on his way is answered when central has decided', async () => {
  const { link, logIn, sync } = await node()
  const hold = await logIn()
  await link.world.arm(hold, 2)
  const writing = link.world.settings(hold, settings(1))
  expect(await isSettled(writing)).toBe(false)
  const told = await sync((one) => recordsOf(one).length > 0)
  await told.answer(decidedUpTo(told))
  await writing
})

test('what concerns two is pending until central decides, and a late refusal is told and lies in the dead letters', async () => {
  const { clock, link, logIn, sync, until } = await node()
  const hold = await logIn()
  const news: SocialNews[] = []
  link.social.onLetter((_, one) => news.push(one))
  const answers: unknown[] = []
  void link.social.askFriend(hold, 'BBBBBB', message).then((request) => answers.push(request))
  const told = await sync((one) => recordsOf(one).length > 0)
  expect(recordsOf(told)).toMatchObject([{ change: { kind: 'ask-friend', other: 'BBBBBB' } }])
  // Central is thought to answer, and does not for as long as a console is kept waiting.
  await until(() => (answers.length > 0 ? true : undefined))
  expect([answers, news]).toEqual([[null], [{ kind: 'pending', other: 'BBBBBB' }]])

  const refused = { code: 'friend_refused', detail: 'He takes none.' }
  const { journal } = decidedUpTo(told)
  await told.answer({ journal: { ...journal, outcomes: [{ number: 1, refused }] } })
  expect(await until(() => news[1])).toEqual({ kind: 'refused', other: 'BBBBBB', code: 'friend_refused' })
  clock.advance(5000)
  link.world.present(hold, { serverId: 1, gate: 3, city: null, inQuest: false, leader: false })
  const { body } = await sync((one) => one.body.report?.journal.deadLetters === 1)
  expect(body.report?.journal).toMatchObject({ waiting: 0, latest: { capcomId, code: 'friend_refused' } })
})

test('a name that waits in the journal does not come behind the one that is told after it', async () => {
  const { asked, link, comesBack, sync } = await guestHouse()
  const name = (text: string) => new TextEncoder().encode(text)
  await link.entry.chooseHunter(uuid, 1, name('Arya'), false, null)
  const before = askedOf(asked, chooseHunter).length
  const back = await comesBack()
  const choosing = link.entry.chooseHunter(uuid, 1, name('Aria'), false, null)
  expect(await isSettled(choosing)).toBe(false)
  expect(askedOf(asked, chooseHunter)).toHaveLength(before)
  const told = await sync((one) => one.body.number > back.body.number && recordsOf(one).length > 0)
  await told.answer(decidedUpTo(told))
  await choosing
  expect(askedOf(asked, chooseHunter).at(-1)?.body.name).toBe(Buffer.from('Aria').toString('base64'))
})
