import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { routes } from '../dialogue/handlers.ts'
import type { Ending, Peer } from '../dialogue/peer.ts'
import type { ServerKind } from '../dialogue/server-kind.ts'
import { FakeLog } from '../dialogue/testing/ports.ts'
import type { Timing } from '../dialogue/timing.ts'
import {
  AnsServerTime,
  AnsTicket,
  AnsTicket2,
  ascii,
  encodeFrame,
  NtcShut,
  ReqServerTime,
  ReqTicket,
} from '../pat/index.ts'
import { makeCertificates } from './certificates.ts'
import { systemClock } from './clock.ts'
import type { Limits, Listener } from './listener.ts'
import { openServer } from './testing/open-server.ts'
import { oldTls, RawClient } from './testing/raw-client.ts'
import { consoleTls } from './tls.ts'

const made = makeCertificates()
const tls = consoleTls({ key: made.serverKeyPem, cert: made.serverPem })
const open: Listener[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close('The test is over.', 0)))
})

/** A server that answers ReqTicket and tells how its sessions end. */
async function server(
  more: {
    tls?: boolean
    timing?: Partial<Timing>
    limits?: Limits
    large?: boolean
    handshakeMs?: number
  } = {},
) {
  const peers: Peer[] = []
  const endings: Ending[] = []
  const ended: (() => void)[] = []
  const packets = { ReqTicket }
  const kind: ServerKind<null> = {
    name: 'opn',
    refusal: 'alert',
    routes: routes<typeof packets, null>(packets, {
      ReqTicket: (call) =>
        call.reply(AnsTicket, { ticket: more.large ? new Uint8Array(16_000) : ascii('T') }),
    }),
    open: (peer) => {
      peers.push(peer)
      return { status: 5, session: null }
    },
    closed: (_session, ending) => {
      endings.push(ending)
      ended.shift()?.()
    },
  }
  const listener = await openServer({
    kind,
    bind: '127.0.0.1',
    port: 0,
    tls: more.tls ? tls : null,
    clock: systemClock,
    log: new FakeLog(),
    timing: { helloMs: 0, ...more.timing },
    ...(more.limits ? { limits: more.limits } : {}),
    ...(more.handshakeMs ? { handshakeMs: more.handshakeMs } : {}),
  })
  open.push(listener)
  const nextEnding = (): Promise<void> => new Promise((resolve) => ended.push(resolve))
  return { port: listener.port, listener, peers, endings, nextEnding }
}

describe('plain TCP', () => {
  test.each(['FIN', 'reset'])('a %s ends the session at once', async (how) => {
    const { port, endings, nextEnding } = await server()
    const client = RawClient.plain(port)
    await client.open()
    const ending = nextEnding()
    if (how === 'FIN') client.socket.end()
    else client.socket.resetAndDestroy()
    await ending
    expect(endings).toEqual(['lost'])
  })

  test('what was asked before the FIN is handled before it', async () => {
    const { port, listener } = await server()
    const client = RawClient.plain(port)
    await client.open()
    client.socket.end(encodeFrame(ReqTicket, 1, {}))
    await client.closed
    expect(listener.size).toBe(0)
  })

  test('a frame byte by byte, and many in one segment', async () => {
    const { port } = await server()
    const client = RawClient.plain(port)
    await client.open()
    for (const byte of encodeFrame(ReqTicket, 1, {})) client.send(Uint8Array.of(byte))
    await client.expect(AnsTicket)
    client.send(Buffer.concat([1, 2, 3].map((sequence) => encodeFrame(ReqTicket, sequence, {}))))
    for (const sequence of [1, 2, 3]) expect((await client.next())?.sequence).toBe(sequence)
  })

  test('garbage costs one NtcShut and the connection, and nobody else’s', async () => {
    const { port } = await server()
    const good = RawClient.plain(port)
    await good.open()
    const bad = RawClient.plain(port)
    await bad.open()
    bad.send(Buffer.alloc(4000, 0xff))
    expect((await bad.expect(NtcShut)).hasMessage).toBe(1)
    expect(await bad.next()).toBeUndefined()
    await bad.closed
    await good.call(ReqTicket, {}, AnsTicket)
  })

  test('the goodbye arrives although more bytes come in behind the fault', async () => {
    const { port } = await server()
    const client = RawClient.plain(port)
    await client.open()
    client.send(Buffer.alloc(500_000, 0xff))
    await client.expect(NtcShut)
    await client.closed
  })

  test('who does not read is dropped, and the others are not held up', async () => {
    const { port, peers, nextEnding, endings } = await server()
    const slow = RawClient.plain(port)
    await slow.open()
    const [peer] = peers
    slow.socket.pause()
    const other = RawClient.plain(port)
    await other.open()
    const ending = nextEnding()
    const frame = encodeFrame(AnsTicket, 0, { ticket: new Uint8Array(16_000) })
    for (let sent = 0; peer?.alive && sent < 4000; sent++) {
      peer.sendFrame(frame)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await ending
    expect(endings).toEqual(['lost'])
    await other.call(ReqTicket, {}, AnsTicket)
  })

  test('large answers to many requests in one segment wait for the reader instead of dropping it', async () => {
    const { port } = await server({ large: true })
    const client = RawClient.plain(port)
    await client.open()
    const count = 400
    client.socket.pause()
    client.send(Buffer.concat(Array.from({ length: count }, (_, i) => encodeFrame(ReqTicket, i, {}))))
    client.socket.resume()
    for (let i = 0; i < count; i++) expect((await client.next())?.sequence).toBe(i)
  })

  test('a silent console is given up', async () => {
    const { port, nextEnding } = await server({ timing: { silenceMs: 50 } })
    const client = RawClient.plain(port)
    await client.open()
    await nextEnding()
    await client.closed
  })

  test('too many connections from one address, or altogether, are closed at once', async () => {
    const { port, listener } = await server({ limits: { total: 3, perAddress: 2 } })
    const first = RawClient.plain(port)
    const second = RawClient.plain(port)
    await Promise.all([first.open(), second.open()])
    const third = RawClient.plain(port)
    expect(await third.next()).toBeUndefined()
    first.socket.end()
    await first.closed
    while (listener.size > 1) await new Promise((resolve) => setImmediate(resolve))
    await RawClient.plain(port).open()
  })

  test('closing tells everybody and then nobody is left', async () => {
    const { port, listener } = await server()
    const client = RawClient.plain(port)
    await client.open()
    const closing = listener.close('The host goes to bed.', 2_000)
    expect(Buffer.from((await client.expect(NtcShut)).message).toString()).toContain('goes to bed')
    await closing
    expect(listener.size).toBe(0)
    open.splice(open.indexOf(listener), 1)
  })

  test('a port that is taken is told by the system’s own error', async () => {
    const { port } = await server()
    await expect(
      openServer({
        kind: {
          name: 'rfp',
          refusal: 'alert',
          routes: new Map(),
          open: () => ({ refused: '' }),
          closed: () => {},
        },
        bind: '127.0.0.1',
        port,
        tls: null,
        clock: systemClock,
        log: new FakeLog(),
      }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('TLS', () => {
  test.each(['AES128-SHA', 'AES256-SHA'])('TLS 1.0 with %s, verified against the root', async (cipher) => {
    const { port } = await server({ tls: true })
    const client = RawClient.tls(port, {
      ...oldTls,
      ciphers: `${cipher}:@SECLEVEL=0`,
      rejectUnauthorized: true,
      ca: made.rootPem,
      checkServerIdentity: (_host, { subject }) =>
        subject.CN === 'mh.capcom.co.jp' ? undefined : new Error('wrong name'),
    })
    expect(await client.open()).toBe(5)
    expect((client.socket as import('node:tls').TLSSocket).getProtocol()).toBe('TLSv1')
    await client.call(ReqServerTime, { convertedCountryCode: 74 }, AnsServerTime)
  })

  test('a newer client and a TLS 1.1 client are served as well', async () => {
    const { port } = await server({ tls: true })
    for (const version of ['TLSv1.1', 'TLSv1.2'] as const) {
      const client = RawClient.tls(port, { ...oldTls, minVersion: version, maxVersion: version })
      await client.open()
    }
  })

  test('silent and babbling connections delay nobody, and end', async () => {
    const { port, listener } = await server({ tls: true })
    const silent = Array.from({ length: 20 }, () => connect({ port, host: '127.0.0.1' }))
    await Promise.all(silent.map((socket) => once(socket, 'connect')))
    const babbler = connect({ port, host: '127.0.0.1' })
    babbler.on('error', () => undefined)
    const cutOff = once(babbler.resume(), 'close')
    babbler.write('GET / HTTP/1.1\r\n\r\n')
    const client = RawClient.tls(port)
    await client.open()
    await client.call(ReqTicket, {}, AnsTicket)
    await cutOff
    for (const socket of silent) socket.destroy()
    while (listener.size > 1) await new Promise((resolve) => setImmediate(resolve))
  })

  test('a handshake that does not come has a deadline of its own', async () => {
    const { port, listener } = await server({ tls: true, handshakeMs: 50 })
    const silent = connect({ port, host: '127.0.0.1' })
    await once(silent.resume(), 'close')
    while (listener.size > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('a console that hangs up without a TLS goodbye is noticed at once', async () => {
    const { port, nextEnding } = await server({ tls: true })
    const raw = connect({ port, host: '127.0.0.1' })
    const client = RawClient.tls(port, { ...oldTls, socket: raw })
    await client.open()
    const ending = nextEnding()
    raw.end()
    await ending
  })
})

test('a client’s answers that nobody waits for are ignored', async () => {
  const { port } = await server()
  const client = RawClient.plain(port)
  await client.open()
  client.send(encodeFrame(AnsTicket2, 1, {}))
  await client.call(ReqTicket, {}, AnsTicket)
})
