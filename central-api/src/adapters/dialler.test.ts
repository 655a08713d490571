/** Dial-back against real sockets: what central finds behind a port, whatever is there. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { answerFrame, type Finding, readProbe } from '@citygate/schema/contract'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificates } from '../../../nodes/src/host/certificates.ts'
import { proverOf } from '../../../nodes/src/host/probe.ts'
import { consoleTls } from '../../../nodes/src/host/tls.ts'
import { sha256 } from '../hash.ts'
import { type DialPlan, dialPorts } from '../services/dial.ts'
import { nodeDialler } from './dialler.ts'

const identity = { nodeId: '0f8e4a52-0c7c-4d1e-9a44-0d6a2a0d9a11', key: 'cgn_the-key-of-this-node' }
const dialler = nodeDialler({ connectMs: 2000, answerMs: 400 })
const open: Server[] = []

afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function listening(server: Server): Promise<number> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A port that does this with every connection. */
function port(serve: (socket: Socket) => void): Promise<number> {
  return listening(
    createServer((socket) => {
      socket.on('error', () => {})
      serve(socket)
    }),
  )
}

async function plan(at: number, more: Partial<DialPlan> = {}): Promise<DialPlan> {
  const address = { host: '127.0.0.1', port: at }
  return {
    ports: { opn: null, lmp: null, fmp: address, rfp: null },
    opnTls: false,
    keyHashes: new Map([[identity.nodeId, await sha256(identity.key)]]),
    rules: { from: '127.0.0.1', allowed: [], allowPrivate: true },
    ...more,
  }
}

async function found(at: number, more: Partial<DialPlan> = {}): Promise<Finding['finding'] | undefined> {
  const findings = await dialPorts(dialler, await plan(at, more))
  return findings[0]?.finding
}

/** A host that answers probes, with what is told to it. */
function host(answer: (nonce: Uint8Array) => Uint8Array, greeting?: Uint8Array) {
  return port((socket) => {
    if (greeting) socket.write(greeting)
    socket.on('data', (chunk) => {
      const probe = readProbe(chunk)
      if (typeof probe === 'object') socket.end(answer(probe.nonce))
    })
  })
}

describe('central finds behind a port', () => {
  test('this very node', async () => {
    expect(await found(await host(proverOf(identity, 'fmp')))).toBe('ok')
  })

  test('this very node, behind a greeting of its own', async () => {
    const hello = Uint8Array.from([0, 4, 0, 0, 0x60, 0x20, 0, 0, 1, 2, 3, 4])
    expect(await found(await host(proverOf(identity, 'fmp'), hello))).toBe('ok')
  })

  test('nobody', async () => {
    const server = createServer()
    const at = await listening(server)
    server.close()
    await once(server, 'close')
    expect(await found(at)).toBe('unreachable')
  })

  test('another service: one that talks, one that is silent, one that hangs up, one that echoes', async () => {
    expect(await found(await port((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))).toBe(
      'other-service',
    )
    expect(await found(await port(() => {}))).toBe('other-service')
    expect(await found(await port((socket) => socket.destroy()))).toBe('other-service')
    expect(await found(await port((socket) => socket.pipe(socket)))).toBe('other-service')
  })

  test('a service that sends without end: no more than a few kilobytes are read', async () => {
    let sent = 0
    const at = await port((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16_384, 0x20))) sent += 16_384
      }
      socket.on('drain', pour)
      pour()
    })
    expect(await found(at)).toBe('other-service')
    expect(sent).toBeLessThan(64_000_000)
  })

  test('a host with another key, or with another node’s id', async () => {
    expect(await found(await host(proverOf({ ...identity, key: 'cgn_another-key' }, 'fmp')))).toBe(
      'other-node',
    )
    const stranger = '11111111-2222-4333-8444-555555555555'
    expect(await found(await host(proverOf({ ...identity, nodeId: stranger }, 'fmp')))).toBe('other-node')
  })

  test('an answer to an earlier nonce', async () => {
    let first: Uint8Array | undefined
    const prove = proverOf(identity, 'fmp')
    const at = await host((nonce) => {
      first ??= prove(nonce)
      return first
    })
    expect(await found(at)).toBe('ok')
    expect(await found(at)).toBe('other-node')
  })

  test('another port of the same node', async () => {
    expect(await found(await host(proverOf(identity, 'lmp')))).toBe('other-node')
  })

  test('an answer of the wrong length', async () => {
    const at = await host(() => answerFrame({ nodeId: identity.nodeId, proof: new Uint8Array(5) }))
    expect(await found(at)).toBe('other-service')
  })

  test('a neighbour on the same host that shares the port', async () => {
    const neighbour = { nodeId: '22222222-2222-4333-8444-555555555555', key: 'cgn_neighbour' }
    const keyHashes = new Map([[neighbour.nodeId, await sha256(neighbour.key)]])
    expect(await found(await host(proverOf(neighbour, 'fmp')), { keyHashes })).toBe('ok')
  })
})

describe('on OPN', () => {
  const onOpn = async (at: number) => {
    const ports = { opn: { host: '127.0.0.1', port: at }, lmp: null, fmp: null, rfp: null }
    return found(at, { ports, opnTls: true })
  }

  test('the node is found behind a console’s TLS', async () => {
    const { serverKeyPem: key, serverPem: cert } = makeCertificates()
    const prove = proverOf(identity, 'opn')
    const tls = createTlsServer(consoleTls({ key, cert }), (socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        const probe = readProbe(chunk)
        if (typeof probe === 'object') socket.end(prove(probe.nonce))
      })
    })
    expect(await onOpn(await listening(tls))).toBe('ok')
  })

  test('a port without TLS is told apart', async () => {
    expect(await onOpn(await host(proverOf(identity, 'opn')))).toBe('tls-refused')
    expect(await onOpn(await port((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))).toBe(
      'tls-refused',
    )
  })
})

describe('central does not even connect', () => {
  async function quiet(more: (at: number) => Partial<DialPlan>) {
    let connections = 0
    const at = await port(() => connections++)
    const finding = await found(at, more(at))
    return { finding, connections }
  }
  const strict = { from: '127.0.0.1', allowed: [], allowPrivate: false }

  test('to an address inside, unless that is allowed', async () => {
    expect(await quiet(() => ({ rules: strict }))).toEqual({ finding: 'private-address', connections: 0 })
  })

  test('to an address that the request did not come from', async () => {
    const rules = { from: '192.0.2.9', allowed: [], allowPrivate: true }
    expect(await quiet(() => ({ rules }))).toEqual({ finding: 'not-your-address', connections: 0 })
  })

  test('to a port below 1024', async () => {
    const ports = { opn: null, lmp: null, fmp: { host: '127.0.0.1', port: 22 }, rfp: null }
    expect(await quiet(() => ({ ports }))).toEqual({ finding: 'port-too-low', connections: 0 })
  })

  test('twice to a resolver: what it judged is what it dials', async () => {
    const at = await host(proverOf(identity, 'fmp'))
    let asked = 0
    const rebinding = {
      ...dialler,
      // The first answer is the attacker's own address, every later one is the victim's.
      resolve: async () => (asked++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']),
    }
    const address = { host: 'rebinding.example', port: at }
    const ports = { opn: null, lmp: address, fmp: address, rfp: null }
    const findings = await dialPorts(rebinding, await plan(at, { ports }))
    expect(findings.map(({ port, finding }) => `${port} ${finding}`)).toEqual(['lmp other-node', 'fmp ok'])
    expect(asked).toBe(1)
  })
})
