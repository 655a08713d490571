/** The sync loop under any order of events, answers and losses. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { grantedLease } from './lease.ts'
import { CentralUnreachable } from './link.ts'
import { createOutbox } from './outbox.ts'
import { startSync } from './sync-loop.ts'
import { manualClock } from './testing/manual-clock.ts'
import { type PendingSync, scriptedCentral } from './testing/scripted-central.ts'

const step = fc.oneof(
  fc.record({ do: fc.constant('show' as const), gate: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }),
  fc.record({ do: fc.constant('answer' as const), which: fc.nat(2) }),
  fc.record({ do: fc.constant('lose' as const), which: fc.nat(2) }),
)

test('numbers rise by one, answers are applied in order, few calls are open, and the last word is heard', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = manualClock()
      const { call, syncs } = scriptedCentral()
      const outbox = createOutbox()
      const applied: number[] = []
      const ended = new Set<PendingSync>()
      const loop = startSync({
        call,
        clock,
        random: () => 0.5,
        log: silentLog,
        epoch: 1,
        lease: grantedLease(0, 60_000),
        holdMs: 20_000,
        voice: { ...outbox, draw: () => ({ ...outbox.draw(), mailSeen: 0, directoryVersion: 1 }) },
        onAnswer: (answer) => {
          outbox.heard(answer.presence)
          applied.push(answer.number)
        },
        onEnd: () => {},
      })
      const open = () => syncs.filter((sync) => !ended.has(sync) && !sync.options.signal?.aborted)
      const end = async (sync: PendingSync | undefined, lost: boolean) => {
        if (!sync) return
        ended.add(sync)
        await (lost ? sync.fail(new CentralUnreachable('lost')) : sync.answer())
      }
      let gate = 0
      for (const one of steps) {
        if (one.do === 'wait') clock.advance(one.ms)
        else if (one.do === 'show') {
          gate = one.gate
          outbox.show({
            capcomId: 'AAAAAA',
            fence: 1,
            serverId: 1,
            gate,
            city: null,
            inQuest: false,
            leader: false,
          })
          loop.poke()
        } else await end(open()[one.which], one.do === 'lose')
        expect(open().length).toBeLessThanOrEqual(3)
      }
      for (let quiet = 0; quiet < 4; quiet++) {
        clock.advance(10_000)
        for (const sync of open()) if (sync.body.holdMs === 0) await end(sync, false)
      }
      expect(syncs.map((sync) => sync.body.number)).toEqual(syncs.map((_, i) => i + 1))
      expect(applied).toEqual([...new Set(applied)].sort((a, b) => a - b))
      expect(outbox.hasNews()).toBe(false)
      expect(open().some((sync) => sync.body.holdMs > 0)).toBe(true)
      const told = syncs.filter((sync) => ended.has(sync)).flatMap((sync) => sync.body.presence.set)
      expect(told.at(-1)?.gate ?? 0).toBe(gate)
      loop.abandon()
    }),
    { numRuns: 60 },
  )
})
