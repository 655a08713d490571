/** Every request that the protocol knows, as the examples have it and damaged, at every log-in server. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Conversation } from '../dialogue/conversation.ts'
import { isRequest } from '../dialogue/courtesies.ts'
import type { ServerKind } from '../dialogue/server-kind.ts'
import { FakeClock, FakeLine, FakeLog } from '../dialogue/testing/ports.ts'
import {
  AnsConnection,
  ascii,
  ConnectionData,
  encodeFrame,
  FrameSplitter,
  packetName,
  ReqLineCheck,
} from '../pat/index.ts'
import { lmp } from './lmp.ts'
import { opn } from './opn.ts'
import { rfp } from './rfp.ts'
import { MemoryLink } from './testing/memory-link.ts'
import { PlainContent } from './testing/plain-content.ts'

const examples = JSON.parse(
  readFileSync(new URL('../../../test/vectors/example-frames.json', import.meta.url), 'utf8'),
) as { name: string; side: string; hex: string }[]

const requests = examples
  .filter(({ side }) => side === 'client')
  .map(({ name, hex }) => ({ name, frame: Buffer.from(hex, 'hex') }))
  .filter(({ frame }) => isRequest(frame.readUInt32BE(4)))

const connectionData = ConnectionData.of({
  onlineSupportCode: ascii('CODE'),
  mediaVersion: ascii('1001301045'),
})

/** Lets everything that handlers wait for come to pass: the link of these tests answers from memory. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

interface Opened {
  readonly line: FakeLine
  readonly log: FakeLog
  readonly conversation: Pick<Conversation<unknown>, 'receive' | 'alive'>
}

async function opened<S>(kind: ServerKind<S>): Promise<Opened> {
  const line = new FakeLine()
  const clock = new FakeClock()
  const log = new FakeLog()
  const conversation = new Conversation({ kind, line, clock, log })
  clock.pass(1500)
  conversation.receive(encodeFrame(AnsConnection, 0, { connectionData }))
  await settled()
  line.take()
  return { line, log, conversation }
}

const link = new MemoryLink()
const content = new PlainContent()
const lmpAddress = { host: '127.0.0.1', port: 8201 }
const servers: Record<string, () => Promise<Opened>> = {
  opn: () => opened(opn({ content, link, lmp: () => lmpAddress })),
  lmp: () => opened(lmp({ content, link, clock: new FakeClock(), rfp: () => null })),
  rfp: () => opened(rfp()),
}

function said(line: FakeLine): { name: string; sequence: number }[] {
  const frames = []
  for (const { id, sequence } of new FrameSplitter(0x10008).push(line.take()))
    frames.push({ name: packetName(id, 'server'), sequence })
  return frames.filter(({ name }) => name !== ReqLineCheck.name)
}

describe.each(Object.entries(servers))('%s', (_name, open) => {
  test.each(requests)('$name gets one answer, or the end in words', async ({ frame }) => {
    const { line, conversation, log } = await open()
    conversation.receive(Uint8Array.from(frame))
    await settled()
    const answers = said(line)
    expect(answers).toHaveLength(1)
    if (answers[0]?.name !== 'NtcShut') expect(answers[0]?.sequence).toBe(frame.readUInt16BE(2))
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('damaged requests end nothing but themselves or their connection', async () => {
    const damaged = fc
      .record({
        request: fc.constantFrom(...requests),
        bytes: fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
      })
      .map(({ request, bytes }) => {
        const frame = Uint8Array.from(request.frame)
        for (const [at, value] of bytes) if (at + 8 < frame.length) frame[at + 8] = value
        return frame
      })
    await fc.assert(
      fc.asyncProperty(fc.array(damaged, { minLength: 1, maxLength: 8 }), async (frames) => {
        const { line, conversation, log } = await open()
        for (const frame of frames) conversation.receive(frame)
        await settled()
        await settled()
        const answers = said(line)
        const shuts = answers.filter(({ name }) => name === 'NtcShut').length
        expect(answers.length).toBeLessThanOrEqual(frames.length)
        if (conversation.alive) expect(answers).toHaveLength(frames.length)
        expect(shuts).toBe(answers.at(-1)?.name === 'NtcShut' ? 1 : 0)
        expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})
