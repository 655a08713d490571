/**
 * A node that knows nothing but one recording, to test the runner: it hands out other tickets, codes
 * and ids than the recording, and checks what the client sends byte by byte. One player at a time.
 */
import { createServer, type Socket } from 'node:net'
import {
  type AnsFmpInfo,
  AnsLmpConnect,
  type AnyPacket,
  ascii,
  type Body,
  decodeBody,
  encodeFrame,
  FmpData,
  type Frame,
  FrameSplitter,
  fromHex,
  hex,
  packetOf,
} from '@citygate/nodes/pat'
import type { Address } from '../src/console/index.ts'
import { isFetch } from './allowed.ts'
import { Bindings } from './bindings.ts'
import { frameId, type Recorded, type RecordedFrame, type Transcript } from './transcript.ts'

/** Changes a body before it is sent, to see that the runner notices. */
export type Mischief = (frame: RecordedFrame, body: Body<AnyPacket>) => Body<AnyPacket> | 'swallow'

interface FakeNode extends Disposable {
  readonly opn: Address
  /** What the client sent that it should not have. */
  readonly complaints: readonly string[]
}

export async function startFakeNode(transcript: Transcript, mischief?: Mischief): Promise<FakeNode> {
  const bindings = otherValues(transcript)
  const complaints: string[] = []
  const conversations = conversationsOf(transcript)
  const server = createServer((socket) => {
    const conversation = conversations.shift()
    if (conversation) converse(socket, conversation)
    else socket.destroy()
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }

  function converse(socket: Socket, events: Recorded[]): void {
    const splitter = new FrameSplitter()
    socket.on('error', () => {})
    speak(socket, events)
    socket.on('data', (chunk) => {
      for (const frame of splitter.push(chunk)) {
        if (frame.sequence >= 0xf000) echo(socket, frame)
        else {
          hear(frame, events.shift())
          speak(socket, events)
        }
      }
    })
  }

  /** Says everything up to the client's next word. */
  function speak(socket: Socket, events: Recorded[]): void {
    for (let next = events[0]; next && next.dir !== 'out'; next = events[0]) {
      events.shift()
      if (next.dir === 'close') socket.end()
      else if (next.dir === 'in') say(socket, next)
    }
  }

  function say(socket: Socket, frame: RecordedFrame): void {
    const spec = packetOf(frameId(frame), 'server') as AnyPacket
    const recorded = decodeBody(spec, fromHex(frame.payload))
    const body = withAddress(spec, bindings.deep(recorded) as Body<AnyPacket>, port)
    const said = mischief?.(frame, body) ?? body
    if (said !== 'swallow') socket.write(encodeFrame(spec, frame.seq, said))
  }

  function hear(frame: Frame, event: Recorded | undefined): void {
    if (event?.dir !== 'out') {
      complaints.push(`unexpected 0x${frame.id.toString(16)}`)
      return
    }
    const spec = packetOf(frameId(event), 'client') as AnyPacket
    const body = bindings.deep(decodeBody(spec, fromHex(event.payload))) as Body<AnyPacket>
    const expected = encodeFrame(spec, event.seq, body).subarray(8)
    if (frame.id !== spec.id || frame.sequence !== event.seq || hex(frame.payload) !== hex(expected))
      complaints.push(`${event.step}: ${spec.name} came as ${hex(frame.payload)}`)
  }

  return {
    opn: { host: '127.0.0.1', port },
    complaints,
    [Symbol.dispose]: () => server.close(),
  }
}

/** The runner's own requests, among them all slices: any answer of the right form will do. */
function echo(socket: Socket, { id, sequence, payload }: Frame): void {
  const request = packetOf(id, 'client') as AnyPacket
  const answer = packetOf((id & ~0xff00) | 0x0200, 'server') as AnyPacket
  const asked = decodeBody(request, payload) as { size?: number }
  const content = new Uint8Array(asked.size ?? 0)
  const time = { serverTime: 1, currentTime: 1 }
  socket.write(
    encodeFrame(answer, sequence, { ...asked, ...time, text: content, data: content } as Body<AnyPacket>),
  )
}

/** One list of events per connection, in the order in which they are opened; slices left out. */
function conversationsOf(transcript: Transcript): Recorded[][] {
  const conversations: Recorded[][] = []
  for (const step of transcript.steps) {
    for (const events of Object.values(transcript.clients)) {
      for (const event of events.filter((each) => each.step === step)) {
        if (event.dir === 'in' && event.name === 'ReqConnection') conversations.push([])
        const fetched = (event.dir === 'in' || event.dir === 'out') && isFetch(event.name)
        if (!fetched) conversations.at(-1)?.push(event)
      }
    }
  }
  return conversations
}

/** Values that differ from the recorded ones; tickets and codes in length too. */
function otherValues(transcript: Transcript): Bindings {
  const bindings = new Bindings([])
  for (const [index, [value]] of transcript.dynamic.entries()) {
    const recorded = fromHex(value)
    const live = recorded.length === 6 ? `NEWID${index % 10}` : `another value ${index}`
    bindings.learn(recorded, ascii(live))
  }
  return bindings
}

function withAddress(spec: AnyPacket, body: Body<AnyPacket>, port: number): Body<AnyPacket> {
  const address = ascii('127.0.0.1')
  if (spec.id === AnsLmpConnect.id) return { address, port } as Body<AnyPacket>
  if (spec.name !== 'AnsFmpInfo' && spec.name !== 'AnsFmpInfo2') return body
  const fmpData = FmpData.of({ serverAddress: address, serverPort: port })
  return { fmpData } satisfies Body<typeof AnsFmpInfo> as Body<AnyPacket>
}
