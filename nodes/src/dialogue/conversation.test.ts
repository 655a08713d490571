import { Problem } from '@citygate/schema/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AnsAnnounce,
  AnsConnection,
  AnsLineCheck,
  AnsTicket,
  AnsUserListFoot,
  ascii,
  ConnectionData,
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameSplitter,
  hex,
  latin1,
  NtcShut,
  noBytes,
  packets,
  ReqAnnounce,
  ReqServerTime,
  ReqShut,
  ReqTicket,
  ReqUserListFoot,
} from '../pat/index.ts'
import { Conversation } from './conversation.ts'
import { isRequest } from './courtesies.ts'
import { type Handler, type HandlerTable, join, routes } from './handlers.ts'
import type { Ending } from './peer.ts'
import type { ServerKind } from './server-kind.ts'
import { FakeClock, FakeLine, FakeLog } from './testing/ports.ts'
import { words } from './words.ts'

const packetsHere = { ReqTicket, ReqAnnounce, ReqUserListFoot }
type Here = HandlerTable<typeof packetsHere, string>

const answers: Here = {
  ReqTicket: (call) => call.reply(AnsTicket, { ticket: ascii('T') }),
  ReqAnnounce: (call) => call.reply(AnsAnnounce, { text: noBytes }),
  ReqUserListFoot: (call) => call.reply(AnsUserListFoot, {}),
}

const hello = encodeFrame(AnsConnection, 7, { connectionData: ConnectionData.of({}) })
const ask = (sequence: number) => encodeFrame(ReqTicket, sequence, {})
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Name, sequence and words (if any) of frames from the server. */
function read(bytes: Uint8Array): string[] {
  const heard: string[] = []
  for (const frame of new FrameSplitter().push(bytes)) heard.push(spoken(frame))
  return heard
}

function spoken(frame: Frame): string {
  const decoded = decodeFrame(frame, 'server')
  const body = decoded?.body as { text?: Uint8Array; message?: Uint8Array } | undefined
  const text = body?.text ?? body?.message
  const said = text?.length
    ? ` ${latin1(text)
        .replace(/<[^>]*>/g, ' ')
        .trim()
        .replace(/ +/g, ' ')}`
    : ''
  return `${decoded?.spec.name ?? frame.id.toString(16)} ${frame.sequence}${said}`
}

function start(table: Partial<Here> = {}, kind: Partial<ServerKind<string>> = {}) {
  const line = new FakeLine()
  const clock = new FakeClock()
  const log = new FakeLog()
  const endings: Ending[] = []
  const conversation = new Conversation<string>({
    kind: {
      name: 'lmp',
      refusal: 'alert',
      routes: routes<typeof packetsHere, string>(packetsHere, { ...answers, ...table }),
      open: () => ({ status: 1, session: 'session' }),
      closed: (_session, ending) => endings.push(ending),
      ...kind,
    },
    line,
    clock,
    log,
  })
  const open = (): void => {
    clock.pass(1500)
    conversation.receive(hello)
    line.take()
  }
  return { line, clock, log, endings, conversation, open }
}

describe('the opening', () => {
  test('the server speaks first, after the delay, and answers AnsConnection with its sequence', () => {
    const { line, clock, conversation } = start()
    clock.pass(1499)
    expect(line.written).toEqual([])
    clock.pass(1)
    expect(line.take().toString('hex')).toBe('000400006020010000000000')
    conversation.receive(hello)
    expect(line.take().toString('hex')).toBe('000100076021100001')
  })

  test('what comes before the hello waits for it', () => {
    const { line, clock, conversation } = start()
    conversation.receive(Buffer.concat([hello, ask(8)]))
    expect(line.take()).toHaveLength(0)
    clock.pass(1500)
    expect(read(line.take())).toEqual(['ReqConnection 0', 'NtcLogin 7', 'AnsTicket 8'])
  })

  test('nothing but AnsConnection is taken after the hello', async () => {
    const { line, clock, conversation, endings } = start()
    clock.pass(1500)
    line.take()
    conversation.receive(ask(1))
    expect(read(line.take())).toEqual([`NtcShut 0 ${words.protocol}`])
    expect(line.state).toBe('ended')
    await settled()
    expect(endings).toEqual([])
  })

  test('a second AnsConnection ends the session', async () => {
    const { line, conversation, endings, open } = start()
    open()
    conversation.receive(hello)
    expect(read(line.take())).toEqual([`NtcShut 0 ${words.protocol}`])
    await settled()
    expect(endings).toEqual(['lost'])
  })

  test('a refused console reads why, and never had a session', async () => {
    const { line, conversation, endings, clock } = start({}, { open: () => ({ refused: 'No & no.' }) })
    clock.pass(1500)
    line.take()
    conversation.receive(hello)
    expect(read(line.take())).toEqual(['NtcShut 0 No & no.'])
    await settled()
    expect(endings).toEqual([])
  })

  test('an opening that central does not answer is refused in words', async () => {
    const { line, conversation, clock } = start({}, { open: () => Promise.reject(new Problem('busy')) })
    clock.pass(1500)
    line.take()
    conversation.receive(hello)
    await settled()
    expect(read(line.take())[0]).toContain('busy right now')
  })

  test('a console that leaves while the server decides ends the session as soon as there is one', async () => {
    const decision = Promise.withResolvers<{ status: number; session: string }>()
    const { conversation, endings, clock, line } = start({}, { open: () => decision.promise })
    clock.pass(1500)
    conversation.receive(hello)
    line.take()
    conversation.gone()
    await settled()
    expect(endings).toEqual([])
    decision.resolve({ status: 1, session: 'late' })
    await settled()
    expect(endings).toEqual(['lost'])
    expect(line.written).toEqual([])
  })
})

describe('requests', () => {
  test('several in one segment are answered in order, also cut byte by byte', () => {
    const { line, conversation, open } = start()
    open()
    const three = Buffer.concat([ask(1), encodeFrame(ReqAnnounce, 2, {}), ask(3)])
    conversation.receive(three)
    expect(read(line.take())).toEqual(['AnsTicket 1', 'AnsAnnounce 2', 'AnsTicket 3'])
    for (const byte of three) conversation.receive(Uint8Array.of(byte))
    expect(read(line.take())).toEqual(['AnsTicket 1', 'AnsAnnounce 2', 'AnsTicket 3'])
  })

  test('the next packet waits for a handler that waits', async () => {
    const gate = Promise.withResolvers<void>()
    const { line, conversation, open } = start({
      ReqAnnounce: async (call) => {
        await gate.promise
        call.reply(AnsAnnounce, { text: noBytes })
      },
    })
    open()
    conversation.receive(Buffer.concat([encodeFrame(ReqAnnounce, 1, {}), ask(2)]))
    conversation.receive(ask(3))
    await settled()
    expect(line.written).toEqual([])
    gate.resolve()
    await settled()
    expect(read(line.take())).toEqual(['AnsAnnounce 1', 'AnsTicket 2', 'AnsTicket 3'])
  })

  test('reading pauses when too much waits, and resumes', async () => {
    const gate = Promise.withResolvers<void>()
    const { line, clock, conversation, open } = start({
      ReqAnnounce: async (call) => {
        await gate.promise
        call.reply(AnsAnnounce, { text: noBytes })
      },
    })
    open()
    conversation.receive(encodeFrame(ReqAnnounce, 1, {}))
    const many = Buffer.concat(Array.from({ length: 5000 }, (_, i) => ask(i)))
    conversation.receive(many)
    expect(line.paused).toBe(true)
    gate.resolve()
    await settled()
    expect(line.paused).toBe(false)
    clock.pass(25_000)
    expect(read(line.take())).toHaveLength(5001)
  })

  test('who sends too fast is answered at a bearable pace, and told of once in the log', () => {
    const { line, clock, log, conversation, open } = start()
    open()
    conversation.receive(Buffer.concat(Array.from({ length: 6000 }, (_, i) => ask(i))))
    expect(read(line.take())).toHaveLength(3000)
    expect(line.paused).toBe(false)
    clock.pass(2000)
    expect(read(line.take()).length).toBeLessThanOrEqual(2050)
    expect(log.lines.filter(({ message }) => message.includes('too fast'))).toHaveLength(1)
    conversation.gone()
    clock.pass(5000)
    expect(line.take()).toHaveLength(0)
    expect(clock.armed).toBe(0)
  })

  test('a slow reader is spared positions first, then chat, and never what changes the world', () => {
    const { line, conversation, open } = start()
    open()
    const sent = (backlog: number): string[] => {
      line.backlog = backlog
      for (const [i, worth] of (['position', 'chat', 'state'] as const).entries())
        conversation.sendFrame(encodeFrame(AnsTicket, i, { ticket: noBytes }), worth)
      return read(line.take())
    }
    expect(sent(0x8000)).toEqual(['AnsTicket 0', 'AnsTicket 1', 'AnsTicket 2'])
    expect(sent(0x8001)).toEqual(['AnsTicket 1', 'AnsTicket 2'])
    expect(sent(0x20001)).toEqual(['AnsTicket 2'])
    expect(conversation.alive).toBe(true)
  })

  test('requests wait while their answers are not taken', () => {
    const { line, conversation, open } = start()
    open()
    line.backlog = 0x10001
    conversation.receive(ask(1))
    expect(line.written).toEqual([])
    line.backlog = 0
    conversation.drained()
    expect(read(line.take())).toEqual(['AnsTicket 1'])
  })

  const failures: Record<string, Handler<typeof ReqTicket, string>> = {
    throws: () => {
      throw new Error('secret detail')
    },
    rejects: () => Promise.reject(new Error('secret detail')),
    'forgets to answer': () => undefined,
    'forgets to answer later': async () => undefined,
    'answers what cannot be encoded': (call) => call.reply(AnsTicket, { ticket: new Uint8Array(70_000) }),
  }
  test.each(Object.keys(failures))('a handler that %s costs one Alert, in words of ours', async (how) => {
    const handler = failures[how]
    const { line, conversation, open, log } = start(handler ? { ReqTicket: handler } : {})
    open()
    conversation.receive(Buffer.concat([ask(5), encodeFrame(ReqAnnounce, 6, {})]))
    await settled()
    expect(read(line.take())).toEqual([`AnsTicketAlert 5 ${words.bug}`, 'AnsAnnounce 6'])
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(line.state).toBe('open')
  })

  test('what central refuses is told in words, on a log-in server as the end of the session', async () => {
    const full = () => Promise.reject(new Problem('server_full', 'row 17 of table servers'))
    const alerts = start({ ReqTicket: full })
    alerts.open()
    alerts.conversation.receive(ask(5))
    await settled()
    expect(read(alerts.line.take())).toEqual([`AnsTicketAlert 5 ${words.serverFull}`])
    expect(JSON.stringify(alerts.log.lines)).not.toContain('row 17')

    const shuts = start({ ReqTicket: full }, { refusal: 'shut' })
    shuts.open()
    shuts.conversation.receive(ask(5))
    await settled()
    expect(read(shuts.line.take())).toEqual([`NtcShut 0 ${words.serverFull}`])
    expect(shuts.line.state).toBe('ended')
  })

  test('every request of the protocol gets one answer, whatever the server is', () => {
    for (const spec of packets) {
      if (spec.from !== 'client' || spec.id === AnsConnection.id) continue
      const { line, conversation, open } = start()
      open()
      const frame = Buffer.alloc(8 + 1)
      frame.writeUInt16BE(1, 0)
      frame.writeUInt16BE(99, 2)
      frame.writeUInt32BE(spec.id, 4)
      conversation.receive(frame)
      const said = read(line.take())
      expect(said.length, spec.name).toBe(isRequest(spec.id) || said[0]?.startsWith('NtcShut') ? 1 : 0)
    }
  })

  test('an id that nobody knows is logged and ignored', () => {
    const { line, conversation, open, log } = start()
    open()
    conversation.receive(Buffer.concat([Buffer.from('0003000877770100aabbcc', 'hex'), ask(9)]))
    expect(read(line.take())).toEqual(['AnsTicket 9'])
    expect(log.lines.at(-1)?.fields).toEqual({ packet: '0x77770100', size: 3 })
  })

  test('the time is the clock’s, in both words', () => {
    const { line, conversation, open } = start()
    open()
    conversation.receive(encodeFrame(ReqServerTime, 8, { convertedCountryCode: 74 }))
    expect(line.take().toString('hex')).toBe('00080008600202006b0000006b000000')
  })

  test('two handlers for one packet do not start', () => {
    const table = routes<typeof packetsHere, string>(packetsHere, answers)
    expect(() => join(table, table)).toThrow('two handlers for ReqTicket')
  })
})

describe('the end', () => {
  test.each([
    [1, 'left'],
    [2, 'travelling'],
    [0, 'travelling'],
  ] as const)('ReqShut %i is echoed and ends the session as %s', async (shutType, ending) => {
    const { line, conversation, open, endings } = start()
    open()
    conversation.receive(Buffer.concat([encodeFrame(ReqShut, 9, { shutType }), ask(10)]))
    expect(line.take().toString('hex')).toBe(`00010009601002000${shutType}`)
    expect(line.state).toBe('ended')
    conversation.gone()
    await settled()
    expect(endings).toEqual([ending])
  })

  test('a lost line is told once, and nothing is written after it', async () => {
    const { line, conversation, open, endings, clock } = start()
    open()
    conversation.gone()
    conversation.gone()
    conversation.receive(ask(1))
    conversation.shut('too late')
    await settled()
    expect(endings).toEqual(['lost'])
    expect(line.written).toEqual([])
    expect(clock.armed).toBe(0)
  })

  test('a session ends in a turn of its own, not inside of a send', async () => {
    const { line, conversation, open, endings } = start()
    open()
    line.backlog = 0x40001
    conversation.sendFrame(ask(1))
    expect(line.state).toBe('destroyed')
    expect(conversation.alive).toBe(false)
    expect(endings).toEqual([])
    await settled()
    expect(endings).toEqual(['lost'])
  })

  test('a line check that finds the line full ends it, and no timer stays', () => {
    const { line, clock, open } = start()
    open()
    line.backlog = 0x40001
    clock.pass(30_000)
    expect(line.state).toBe('destroyed')
    expect(clock.armed).toBe(0)
  })

  test('what breaks the wire costs one NtcShut', async () => {
    const { line, conversation, open, endings } = start()
    open()
    conversation.receive(Buffer.from('ffff000160300100', 'hex'))
    conversation.receive(ask(1))
    expect(read(line.take())).toEqual([`NtcShut 0 ${words.protocol}`])
    await settled()
    expect(endings).toEqual(['lost'])
  })

  test('a text for the player never exceeds what the client keeps', () => {
    const { line, conversation, open } = start()
    open()
    conversation.shut('é<b> '.repeat(400))
    const frame = line.take()
    expect(frame.length).toBeLessThanOrEqual(8 + 3 + 511)
    expect(frame.subarray(-5).toString()).toBe('<END>')
    expect(frame.readUInt32BE(4)).toBe(NtcShut.id)
  })

  test('a text for the player is in the encoding of his game', () => {
    const said = (mediaVersion: string): string => {
      const { line, clock, conversation } = start()
      clock.pass(1500)
      const connectionData = ConnectionData.of({ mediaVersion: ascii(mediaVersion) })
      conversation.receive(encodeFrame(AnsConnection, 7, { connectionData }))
      line.take()
      conversation.shut('出入り禁止 é')
      return hex(line.take()).replace(/^.*3c43454e5445523e/, '')
    }
    const end = hex(ascii('<END>'))
    expect(said('0906222136')).toBe(`8f6f93fc82e88bd68e7e203f${end}`)
    expect(said('1001301045')).toBe(`${hex(new TextEncoder().encode('出入り禁止 é'))}${end}`)
  })

  test('no bytes whatever make it throw, or hang, or speak after the end', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(hello, ask(1), encodeFrame(ReqShut, 3, { shutType: 2 })),
      fc
        .tuple(fc.constantFrom(...packets.map(({ id }) => id)), fc.uint8Array({ maxLength: 30 }))
        .map(([id, payload]) => {
          const frame = Buffer.alloc(8 + payload.length)
          frame.writeUInt16BE(payload.length, 0)
          frame.writeUInt32BE(id, 4)
          frame.set(payload, 8)
          return frame
        }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, greeted) => {
        const { line, conversation, clock, log } = start()
        if (greeted) clock.pass(1500)
        for (const bytes of pieces) conversation.receive(bytes)
        const said = read(line.take())
        expect(said.filter((name) => name.startsWith('NtcShut')).length).toBeLessThanOrEqual(1)
        expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
        clock.pass(200_000)
        expect(conversation.alive).toBe(false)
        expect(clock.armed).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('time', () => {
  const lineCheck = '0000000060010100'

  test('a line check every 30 s, whatever else is said', () => {
    const { line, clock, conversation, open } = start()
    open()
    for (let i = 0; i < 4; i++) {
      clock.pass(29_000)
      conversation.receive(ask(i))
      line.take()
      clock.pass(1_000)
      expect(line.take().toString('hex')).toBe(lineCheck)
    }
  })

  test('75 s of silence end it in words, and any packet is life', async () => {
    const { clock, conversation, open, endings, line } = start()
    open()
    clock.pass(74_000)
    conversation.receive(encodeFrame(AnsLineCheck, 0, {}))
    clock.pass(74_999)
    expect(conversation.alive).toBe(true)
    line.take()
    clock.pass(1)
    expect(conversation.alive).toBe(false)
    expect(line.take().subarray(0, 8).toString('hex')).toMatch(/60101000$/)
    expect(line.state).toBe('ended')
    await settled()
    expect(endings).toEqual(['lost'])
  })

  test('a console that never introduces itself is given up as well', () => {
    const { clock, line } = start()
    clock.pass(75_000)
    expect(line.state).toBe('destroyed')
  })

  test('half a frame has 10 s', () => {
    const { clock, conversation, open, line } = start()
    open()
    conversation.receive(ask(1).subarray(0, 5))
    clock.pass(9_999)
    expect(conversation.alive).toBe(true)
    clock.pass(1)
    expect(read(line.take())).toEqual([`NtcShut 0 ${words.protocol}`])
  })

  test('a stream whose every segment ends inside a frame is no half frame', () => {
    const { clock, conversation, open } = start()
    open()
    const stream = Buffer.concat(Array.from({ length: 40 }, (_, i) => ask(i)))
    for (let at = 0; at + 9 <= stream.length; at += 9) {
      conversation.receive(stream.subarray(at, at + 9))
      clock.pass(2_000)
    }
    expect(conversation.alive).toBe(true)
  })
})
