/** What every server says to packets that are in no table of its own (login.md 2.4, 2.8, 3.6; wire.md 11). */
import {
  AnsServerTime,
  AnsShut,
  type AnyPacket,
  decodeBody,
  type Frame,
  messageText,
  NtcCollectionLog,
  packetName,
  packetOf,
  ReqServerTime,
  ReqShut,
  refusalOf,
} from '../pat/index.ts'
import type { Ending, Peer } from './peer.ts'
import { words } from './words.ts'

/** A peer whose conversation can be steered. */
interface Speaker extends Peer {
  utcSeconds(): number
  leave(ending: Ending): void
}

const requestKind = 0x01
const answerKind = 0x02
const leavingOnlineMode = 1

export function isRequest(id: number): boolean {
  return ((id >>> 8) & 0xff) === requestKind
}

/** The answer that belongs to a request, declared or not: enough to refuse it. */
export function answerTo(request: number): AnyPacket {
  const id = ((request & 0xffff0000) | (answerKind << 8)) >>> 0
  return packetOf(id, 'server') ?? { name: packetName(id, 'server'), id, from: 'server', fields: {} }
}

/** Answers a packet that the server has no handler for. What nobody knows is logged and ignored. */
export function courtesies(peer: Speaker, frame: Frame): void {
  const { id, sequence } = frame
  const spec = packetOf(id, 'client')
  if (!spec) {
    peer.log.info({ packet: packetName(id, 'client'), size: frame.payload.length }, 'unknown packet ignored')
    return
  }
  switch (id) {
    case ReqServerTime.id: {
      const now = peer.utcSeconds() >>> 0
      peer.send(AnsServerTime, sequence, { serverTime: now, currentTime: now })
      return
    }
    case ReqShut.id: {
      const { shutType } = decodeBody(ReqShut, frame.payload)
      peer.send(AnsShut, sequence, { shutType })
      peer.leave(shutType === leavingOnlineMode ? 'left' : 'travelling')
      return
    }
    case NtcCollectionLog.id: {
      const { collectionLog } = decodeBody(NtcCollectionLog, frame.payload)
      const code = (collectionLog.get('errorCode') ?? 0).toString(16).padStart(8, '0')
      const details = [collectionLog.get('unknown0x02'), collectionLog.get('timeoutValue')]
      peer.log.warn({ code, details }, 'the console reports an error')
      return
    }
  }
  if (!isRequest(id)) return
  peer.log.info({ packet: spec.name }, 'not offered here')
  peer.send(refusalOf(answerTo(id)), sequence, { show: 1, text: messageText(words.notOffered) })
}
