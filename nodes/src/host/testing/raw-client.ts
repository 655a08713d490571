/** A client that knows frames and nothing else: for tests of ports. */
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import {
  AnsConnection,
  type AnyPacket,
  type Body,
  ConnectionData,
  decodeBody,
  encodeFrame,
  FrameSplitter,
  NtcLogin,
  packetName,
  ReqConnection,
} from '../../pat/index.ts'

interface Heard {
  readonly name: string
  readonly id: number
  readonly sequence: number
  readonly payload: Uint8Array
}

/** What an old console offers. */
export const oldTls: ConnectionOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1',
  ciphers: 'AES128-SHA:@SECLEVEL=0',
  rejectUnauthorized: false,
}

export class RawClient {
  readonly socket: Socket
  /** Resolves when the server has closed, however. */
  readonly closed: Promise<void>
  readonly #heard: Heard[] = []
  readonly #waiting: ((frame: Heard | undefined) => void)[] = []
  #sequence = 0
  #ended = false

  constructor(socket: Socket) {
    this.socket = socket
    const splitter = new FrameSplitter(0x10008)
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true
        for (const give of this.#waiting.splice(0)) give(undefined)
        resolve()
      })
    })
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      for (const { id, sequence, payload } of splitter.push(chunk)) {
        const frame = { name: packetName(id, 'server'), id, sequence, payload: Uint8Array.from(payload) }
        const give = this.#waiting.shift()
        if (give) give(frame)
        else this.#heard.push(frame)
      }
    })
  }

  static plain(port: number): RawClient {
    return new RawClient(connect({ port, host: '127.0.0.1', noDelay: true }))
  }

  static tls(port: number, options: ConnectionOptions = oldTls): RawClient {
    return new RawClient(connectTls({ port, host: '127.0.0.1', ...options }))
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The next frame; undefined when the connection ended before one came. */
  next(): Promise<Heard | undefined> {
    const frame = this.#heard.shift()
    if (frame || this.#ended) return Promise.resolve(frame)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async expect<P extends AnyPacket>(packet: P): Promise<Body<P>> {
    const frame = await this.next()
    if (frame?.id !== packet.id) throw new Error(`${packet.name} awaited, ${frame?.name ?? 'the end'} came`)
    return decodeBody(packet, frame.payload)
  }

  async call<R extends AnyPacket, A extends AnyPacket>(
    request: R,
    body: Body<R>,
    answer: A,
  ): Promise<Body<A>> {
    this.send(encodeFrame(request, ++this.#sequence, body))
    return this.expect(answer)
  }

  /** The opening; gives the status of NtcLogin. */
  async open(data: Parameters<typeof ConnectionData.of>[0] = {}): Promise<number> {
    await this.expect(ReqConnection)
    this.send(encodeFrame(AnsConnection, 0, { connectionData: ConnectionData.of(data) }))
    return (await this.expect(NtcLogin)).status
  }
}
