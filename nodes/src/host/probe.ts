/**
 * Central's dial-back as a port of this node sees it (docs/decisions/0160-dial-back.md): a connection whose first bytes are a
 * probe gets its answer and is closed. Whoever sends anything else is not concerned: his bytes go on as they came.
 */
import { createHash, createHmac } from 'node:crypto'
import { answerFrame, type ProbedPort, provenText, readProbe } from '@citygate/schema/contract'
import type { Identity } from '../central/identity.ts'
import type { Line } from '../dialogue/ports.ts'
import type { Receiver } from './listener.ts'

/** Gives the frame that answers a nonce. */
export type Prove = (nonce: Uint8Array) => Uint8Array

/** With the hash of the node's key, which is what central knows of it. */
export function proverOf({ nodeId, key }: Pick<Identity, 'nodeId' | 'key'>, port: ProbedPort): Prove {
  const keyHash = createHash('sha256').update(key).digest('hex')
  return (nonce) => {
    const proof = createHmac('sha256', keyHash).update(provenText(port, nonce)).digest()
    return answerFrame({ nodeId, proof })
  }
}

/** The receiver of a connection, behind a look at its first bytes. */
export function answeringProbes(line: Line, receiver: Receiver, prove: Prove): Receiver {
  let first: Uint8Array | null = new Uint8Array(0)
  return {
    receive(chunk) {
      if (first === null) return receiver.receive(chunk)
      const all = first.length === 0 ? chunk : Buffer.concat([first, chunk])
      const probe = readProbe(all)
      if (probe === 'partly') {
        first = all
        return
      }
      first = null
      if (probe === 'other') return receiver.receive(all)
      // The conversation behind it learns of the end when the peer closes.
      line.write(prove(probe.nonce))
      line.end()
    },
    drained: () => receiver.drained(),
    gone: () => receiver.gone(),
    shut: (text) => receiver.shut(text),
  }
}
