/**
 * The packet with which central asks a port "is it you?", and its answer (docs/decisions/0160-dial-back.md). Both are frames
 * as on every port of the game (u16 payload size, u16 sequence, u32 id, big-endian), with ids that no console and no
 * server of the game uses, so whoever does not know them treats them like any other stray frame. Pure.
 */

/** "CGPB" and "CGPA" in ASCII. The game's ids begin with 0x60 to 0x66. */
const probeId = 0x43475042
const answerId = 0x43475041

export const nonceSize = 32
const idSize = 16
const proofSize = 32
export const probeSize = 8 + nonceSize

const probeHead = head(nonceSize, probeId)

export type ProbedPort = 'opn' | 'lmp' | 'fmp' | 'rfp'

export function probeFrame(nonce: Uint8Array): Uint8Array {
  return join(probeHead, nonce)
}

/**
 * What a connection's first bytes are, or may still become. `chunk` is all that has arrived so far; a nonce is there
 * when it is a whole probe and nothing more.
 */
export function readProbe(chunk: Uint8Array): 'other' | 'partly' | { readonly nonce: Uint8Array } {
  if (chunk.length > probeSize) return 'other'
  for (let i = 0; i < Math.min(chunk.length, probeHead.length); i++) {
    if (chunk[i] !== probeHead[i]) return 'other'
  }
  return chunk.length < probeSize ? 'partly' : { nonce: chunk.slice(probeHead.length) }
}

/** What the proof is over: with the port's name, so that ports which were swapped by a router are noticed. */
export function provenText(port: ProbedPort, nonce: Uint8Array): Uint8Array {
  return join(new TextEncoder().encode(`citygate dial-back ${port}\n`), nonce)
}

/** Who answers, and the proof of it. Nodes of one host may share a port: any of them may answer there. */
export interface ProbeAnswer {
  readonly nodeId: string
  readonly proof: Uint8Array
}

export function answerFrame({ nodeId, proof }: ProbeAnswer): Uint8Array {
  return join(head(idSize + proofSize, answerId), join(idBytes(nodeId), proof))
}

/** The answer among the frames that a port has sent (its own hello may come first); null when it is not there (yet). */
export function readAnswer(bytes: Uint8Array): ProbeAnswer | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = view.getUint16(at)
    if (at + 8 + size > bytes.length) return null
    if (view.getUint32(at + 4) === answerId) {
      if (size !== idSize + proofSize) return null
      const body = bytes.slice(at + 8, at + 8 + size)
      return { nodeId: idText(body.subarray(0, idSize)), proof: body.slice(idSize) }
    }
    at += 8 + size
  }
  return null
}

/** A UUID as its 16 bytes. */
function idBytes(uuid: string): Uint8Array {
  return Uint8Array.from(uuid.replaceAll('-', '').match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}

function idText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function head(size: number, id: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, size)
  view.setUint32(4, id)
  return bytes
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
