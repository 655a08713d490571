/** Central connects to the ports of a node and looks who answers. Without a database; the sockets are the runtime's. */
import {
  type Address,
  type Finding,
  nonceSize,
  type ProbedPort,
  probeFrame,
  provenText,
  readAnswer,
} from '@citygate/schema/contract'
import type { Dialler } from '../deps.ts'
import { addressToDial, type DialRules } from './dialled-address.ts'

export type DialledPorts = Readonly<Record<ProbedPort, Address | null>>

export interface DialPlan {
  readonly ports: DialledPorts
  readonly opnTls: boolean
  /**
   * By node id, the SHA-256 (hex) of its key, which central and the node both have: the node itself, and those that
   * tell a port of the same address, for nodes of one host may share it.
   */
  readonly keyHashes: ReadonlyMap<string, string>
  readonly rules: DialRules
}

const lowestPort = 1024
const names = ['opn', 'lmp', 'fmp', 'rfp'] as const
type Code = Finding['finding']

/** A finding for each port that the node has. All are dialled at once, so it takes as long as the slowest. */
export async function dialPorts(dialler: Dialler, plan: DialPlan): Promise<Finding[]> {
  const lookedUp = new Map<string, ReturnType<typeof addressToDial>>()
  const addressOf = (host: string) => {
    const known = lookedUp.get(host) ?? addressToDial(host, plan.rules, dialler.resolve)
    lookedUp.set(host, known)
    return known
  }
  const found = names.map(async (port): Promise<Finding[]> => {
    const address = plan.ports[port]
    if (address === null) return []
    return [{ port, address, finding: await findingOf(dialler, plan, port, address, addressOf) }]
  })
  return (await Promise.all(found)).flat()
}

async function findingOf(
  dialler: Dialler,
  { opnTls, keyHashes }: DialPlan,
  name: ProbedPort,
  { host, port }: Address,
  addressOf: (host: string) => ReturnType<typeof addressToDial>,
): Promise<Code> {
  if (port < lowestPort) return 'port-too-low'
  const dialled = await addressOf(host)
  if ('refused' in dialled) return dialled.refused
  const nonce = crypto.getRandomValues(new Uint8Array(nonceSize))
  const met = await dialler.exchange(
    { ...dialled, port, tls: name === 'opn' && opnTls },
    probeFrame(nonce),
    (bytes) => Boolean(readAnswer(bytes)),
  )
  if (met.kind !== 'answered') return met.kind === 'speaks-tls' ? 'ok' : met.kind
  const answer = readAnswer(met.bytes)
  if (answer === null) return 'other-service'
  const keyHash = keyHashes.get(answer.nodeId)
  if (keyHash === undefined) return 'other-node'
  return (await isProof(keyHash, name, nonce, answer.proof)) ? 'ok' : 'other-node'
}

async function isProof(
  keyHash: string,
  port: ProbedPort,
  nonce: Uint8Array,
  proof: Uint8Array,
): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(keyHash), algorithm, false, [
    'verify',
  ])
  return crypto.subtle.verify('HMAC', key, new Uint8Array(proof), new Uint8Array(provenText(port, nonce)))
}
