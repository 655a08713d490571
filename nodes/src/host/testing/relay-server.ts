/**
 * The servers of relay.bench.ts, run as a process of their own: `game`, a game server of ours whose central
 * lets in everybody, or `bare`, a fan-out without a protocol. Tells its port, then its CPU time whenever asked.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { WorldLink } from '../../central/link.ts'
import type { SocialLink } from '../../central/social.ts'
import { createFmp } from '../../game/index.ts'
import { silentLog } from '../../log.ts'
import { ascii, latin1 } from '../../pat/index.ts'
import { systemClock } from '../clock.ts'
import { Door } from '../door.ts'

/** A ticket is the Capcom ID itself. */
const link: WorldLink = {
  directory: { version: 1, servers: [], entries: [] },
  servers: [{ id: 1, name: 'Valor1', type: 'open', gates: 40, cities: 40, capacity: 2000 }],
  claim: async (ticket) => {
    const capcomId = latin1(ticket)
    return { capcomId, name: ascii(`Hunter ${capcomId}`), fence: 1, serverId: 1, settings: null }
  },
  arm: () => Promise.reject(new Error('nobody travels here')),
  present: () => undefined,
  settings: async () => undefined,
  release: () => undefined,
  onLost: () => undefined,
  onAnnounce: () => undefined,
}

const nobody = { friends: [], blacklist: [], requests: [], deniesRequests: false }
const nowhere = () => Promise.reject(new Error('nobody knows anybody here'))
const social: SocialLink = {
  keeps: { own: true, othersMs: 0, searchesAlone: false },
  acquaintances: async () => nobody,
  askFriend: nowhere,
  answerFriend: nowhere,
  deleteFriend: nowhere,
  setBlacklisted: nowhere,
  setDeniesRequests: nowhere,
  tell: nowhere,
  searchOnline: nowhere,
  searchCities: nowhere,
  findOnline: nowhere,
  onLetter: () => undefined,
}

const nothing = { version: 1, bytes: ascii('') }
const content = {
  admission: () => ({ status: 'open' }) as const,
  terms: () => nothing,
  subTerms: () => nothing,
  announcement: () => ascii(''),
  noCharge: () => ascii(''),
  gameTime: (_: unknown, now: number) => now,
  binary: () => null,
}

async function serveGame(): Promise<number> {
  const parts = { clock: systemClock, log: silentLog }
  const door = await Door.take({
    name: 'fmp',
    bind: '127.0.0.1',
    port: 0,
    tls: null,
    helloMs: 0,
    prove: (nonce) => nonce,
    ...parts,
  })
  door.open(createFmp({ link, social, content, ...parts }))
  return door.port
}

/** A player's first byte names his group; every later chunk goes to the others of it, unread. */
async function serveBare(): Promise<number> {
  const groups = new Map<number, Socket[]>()
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', (hello) => {
      const group = groups.get(hello[0] ?? 0) ?? []
      groups.set(hello[0] ?? 0, group)
      group.push(socket)
      socket.on('data', (chunk) => {
        for (const other of group) if (other !== socket) other.write(chunk)
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit(0))
process.send?.(process.argv[2] === 'bare' ? await serveBare() : await serveGame())
