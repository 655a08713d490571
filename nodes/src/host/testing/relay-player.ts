/** A player of the relay benchmarks: comes into a place of a game server, talks, and counts what it hears. */
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
} from '../../pat/index.ts'

export type Kind = 'game' | 'bare'

const citiesPerGate = 40

export const capcomId = (i: number): string => `H${i.toString(36).toUpperCase().padStart(5, '0')}`
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
export class Player {
  readonly socket: Socket
  readonly speech: ReturnType<typeof speech>
  heard = 0
  #seen = Buffer.alloc(0)
  #wake: () => void = () => undefined
  #counting = false
  #awaited = Number.POSITIVE_INFINITY
  #arrived: () => void = () => undefined

  constructor(port: number, i: number) {
    this.speech = speech(i)
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.length
      if (this.heard >= this.#awaited) this.#arrived()
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

  /** Resolves when so many more bytes have come. */
  hearsBytes(bytes: number): Promise<void> {
    this.#awaited = this.heard + bytes
    return new Promise((resolve) => {
      this.#arrived = () => {
        this.#awaited = Number.POSITIVE_INFINITY
        resolve()
      }
    })
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

/** Starts a server of relay-server.ts in a process of its own; gives its port and its CPU seconds so far. */
export async function startServer(kind: Kind) {
  const server = fork(new URL('./relay-server.ts', import.meta.url), [kind], { execArgv: [] })
  const [port] = (await once(server, 'message')) as [number]
  return {
    port,
    cpuSeconds: async (): Promise<number> => {
      server.send('cpu')
      const [usage] = (await once(server, 'message')) as [NodeJS.CpuUsage]
      return (usage.user + usage.system) / 1e6
    },
    stop: async (): Promise<void> => {
      server.disconnect()
      await once(server, 'exit')
    },
  }
}

/** Players in their places, each hearing the others of its group. */
export async function gather(kind: Kind, port: number, players: number, group: number): Promise<Player[]> {
  const all: Player[] = []
  for (let i = 0; i < players; i++) {
    const player = new Player(port, i)
    await once(player.socket, 'connect')
    if (kind === 'game') await comeIn(player, i, group)
    else player.socket.write(Buffer.of(Math.floor(i / group)))
    all.push(player)
  }
  for (const player of all) player.count()
  return all
}
