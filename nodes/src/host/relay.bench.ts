/**
 * What relaying costs: notifications per CPU-second of a game server, for cities of four and for a gate of a
 * hundred, beside a bare `node:net` fan-out of equal bytes. The server runs in a process of its own; the
 * players are here, and their sends are spread over time as those of a crowd are.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  AnsConnection,
  type AnyPacket,
  ascii,
  type Body,
  ConnectionData,
  encodeFrame,
  LayerBinaryInfo,
  LayerSet,
  MessageInfo,
  NtcLayerBinary,
  NtcLayerBinaryRelayed,
  NtcLayerChat,
  NtcLayerChatRelayed,
  NtcLayerUserPosition,
  NtcLayerUserPositionRelayed,
  ReqLayerCreateFoot,
  ReqLayerCreateHead,
  ReqLayerCreateSet,
  ReqLayerDown,
} from '../pat/index.ts'

type Kind = 'game' | 'bare'

interface Scenario {
  readonly name: string
  readonly players: number
  /** Players who hear each other. */
  readonly group: number
  /** Of all players together. */
  readonly sendsPerSecond: number
}

const scenarios: readonly Scenario[] = [
  { name: 'cities of four', players: 1000, group: 4, sendsPerSecond: 5000 },
  { name: 'a gate of a hundred', players: 100, group: 100, sendsPerSecond: 250 },
]
const citiesPerGate = 40
const warmUpMs = 2000
const measuredMs = 6000
const tickMs = 4

const capcomId = (i: number): string => `H${i.toString(36).toUpperCase().padStart(5, '0')}`
const frame = <P extends AnyPacket>(packet: P, body: Body<P>): Buffer =>
  Buffer.from(encodeFrame(packet, 1, body))

const steps = { data: new Uint8Array(38).fill(3) }
const gesture = { sender: LayerBinaryInfo.of({}), data: new Uint8Array(90).fill(5) }
const line = { unknown1: 1, message: ascii('Anyone for the sandsea tonight?') }

/** What a player sends, and what the others hear of it: 16 steps, 3 gestures, 1 line of chat. */
function speech(i: number): { readonly said: Buffer; readonly heard: Buffer }[] {
  const id = ascii(capcomId(i))
  const name = ascii(`Hunter ${capcomId(i)}`)
  const sender = LayerBinaryInfo.of({ unknown0x01: 0x12345678, capcomId: id, hunterName: name })
  const head = MessageInfo.of({ textColor: 0xffffffff, unknown0x02: 0 })
  const step = {
    said: frame(NtcLayerUserPosition, steps),
    heard: frame(NtcLayerUserPositionRelayed, { capcomId: id, ...steps }),
  }
  const wave = {
    said: frame(NtcLayerBinary, gesture),
    heard: frame(NtcLayerBinaryRelayed, { capcomId: id, sender, data: gesture.data }),
  }
  const chat = {
    said: frame(NtcLayerChat, { ...line, messageInfo: head }),
    heard: frame(NtcLayerChatRelayed, {
      ...line,
      messageInfo: head.with({ senderId: id, senderName: name }),
    }),
  }
  return [...Array<typeof step>(16).fill(step), ...Array<typeof wave>(3).fill(wave), chat]
}

/** One player's socket: waits for answers while he comes in, then only counts what he hears. */
class Player {
  readonly socket: Socket
  readonly speech: ReturnType<typeof speech>
  heard = 0
  #seen = Buffer.alloc(0)
  #wake: () => void = () => undefined
  #counting = false

  constructor(port: number, i: number) {
    this.speech = speech(i)
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.length
      if (this.#counting) return
      this.#seen = Buffer.concat([this.#seen, chunk])
      this.#wake()
    })
  }

  /** Waits until a packet of this id has come. */
  async hears(id: number): Promise<void> {
    const wanted = Buffer.alloc(4)
    wanted.writeUInt32BE(id)
    while (!this.#seen.includes(wanted))
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    this.#seen = Buffer.alloc(0)
  }

  count(): void {
    this.#counting = true
  }
}

const answerTo = (packet: AnyPacket): number => packet.id + 0x100

async function ask<P extends AnyPacket>(player: Player, packet: P, body: Body<P>): Promise<void> {
  player.socket.write(frame(packet, body))
  await player.hears(answerTo(packet))
}

/** Through the ticket into a gate, and in groups of four into a city of it. */
async function comeIn(player: Player, i: number, group: number): Promise<void> {
  const layerSet = LayerSet.of({})
  await player.hears(0x60200100)
  const connectionData = ConnectionData.of({ patTicket: ascii(capcomId(i)) })
  player.socket.write(frame(AnsConnection, { connectionData }))
  await player.hears(0x60211000)
  const number = Math.floor(i / group)
  const cityIndex = (number % citiesPerGate) + 1
  await ask(player, ReqLayerDown, { layerIndex: Math.floor(number / citiesPerGate) + 1, layerSet })
  if (group > 4) return
  if (i % group > 0) {
    await ask(player, ReqLayerDown, { layerIndex: cityIndex, layerSet })
    return
  }
  await ask(player, ReqLayerCreateHead, { cityIndex })
  await ask(player, ReqLayerCreateSet, { cityIndex, layerSet, optionalFields: [] })
  await ask(player, ReqLayerCreateFoot, { cityIndex, cancelled: 0 })
}

async function measure(kind: Kind, { players, group, sendsPerSecond }: Scenario) {
  const server = fork(new URL('./testing/relay-server.ts', import.meta.url), [kind], { execArgv: [] })
  const [port] = (await once(server, 'message')) as [number]
  const all: Player[] = []
  for (let i = 0; i < players; i++) {
    const player = new Player(port, i)
    await once(player.socket, 'connect')
    if (kind === 'game') await comeIn(player, i, group)
    else player.socket.write(Buffer.of(Math.floor(i / group)))
    all.push(player)
  }
  for (const player of all) player.count()
  const cpu = async (): Promise<number> => {
    server.send('cpu')
    const [usage] = (await once(server, 'message')) as [NodeJS.CpuUsage]
    return (usage.user + usage.system) / 1e6
  }
  const said = kind === 'game' ? 'said' : 'heard'
  let sent = 0
  /** Sends what is due, everybody in turn. */
  const talk = async (ms: number): Promise<number> => {
    const start = performance.now()
    const before = sent
    for (;;) {
      const elapsed = performance.now() - start
      if (elapsed >= ms) return sent - before
      for (; sent - before < (elapsed / 1000) * sendsPerSecond; sent++) {
        const player = all[sent % players]
        player?.socket.write(player.speech[Math.floor(sent / players) % player.speech.length]?.[said] ?? '')
      }
      await new Promise((resolve) => setTimeout(resolve, tickMs))
    }
  }
  await talk(warmUpMs)
  const heardBefore = all.reduce((sum, { heard }) => sum + heard, 0)
  const cpuBefore = await cpu()
  const sends = await talk(measuredMs)
  const seconds = (await cpu()) - cpuBefore
  const bytes = all.reduce((sum, { heard }) => sum + heard, 0) - heardBefore
  for (const { socket } of all) socket.destroy()
  server.disconnect()
  await once(server, 'exit')
  const notifications = sends * (group - 1)
  return {
    notifications,
    cpuSeconds: Math.round(seconds * 1000) / 1000,
    perCpuSecond: Math.round(notifications / seconds),
    bytesPerNotification: Math.round(bytes / notifications),
  }
}

const results = []
for (const scenario of scenarios) {
  const bare = await measure('bare', scenario)
  const game = await measure('game', scenario)
  const ofCeiling = Math.round((100 * game.perCpuSecond) / bare.perCpuSecond)
  results.push({ scenario: scenario.name, players: scenario.players, game, bare, percentOfBare: ofCeiling })
}
const report = {
  bench: 'relay',
  results,
  caveats: [
    'loopback; the players run on the same machine, beside the server',
    `sends come every ${tickMs} ms, so a bare chunk may hold frames of one player only by chance; the game server writes once for each player and turn`,
    '80 % positions, 15 % binaries, 5 % chat; the bare fan-out carries the bytes that the game server sends',
  ],
}
process.stdout.write(`${JSON.stringify(report)}\n`)
