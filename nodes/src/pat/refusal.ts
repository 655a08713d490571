/** Alert and Ng: an answer's id with another low byte, refusing the request in words (wire.md 2.1). */
import { lp2, u32 } from './codec.ts'
import { type AnyPacket, type PacketSpec, packet } from './packet.ts'

const flags = { alert: 0x01, ng: 0xff } as const
const answerKind = 0x02

export type RefusalKind = keyof typeof flags

const refusalFields = {
  /** 1 shows the text; 0 shows nothing. */
  show: u32,
  /** At most 511 bytes, mark-up allowed. */
  text: lp2,
}

export type Refusal = PacketSpec<typeof refusalFields>

/** The Alert (the request failed, the connection stays) or Ng (the client gives up) form of an answer. */
export function refusalOf(answer: AnyPacket, kind: RefusalKind = 'alert'): Refusal {
  return packet({
    name: `${answer.name}${kind === 'alert' ? 'Alert' : 'Ng'}`,
    id: (answer.id | flags[kind]) >>> 0,
    from: 'server',
    fields: refusalFields,
  })
}

/** The id of the answer that a refusal stands for; undefined when `id` is no refusal. */
export function refusedAnswer(id: number): { id: number; kind: RefusalKind } | undefined {
  if (((id >>> 8) & 0xff) !== answerKind) return undefined
  const flag = id & 0xff
  if (flag === flags.alert) return { id: (id & ~0xff) >>> 0, kind: 'alert' }
  if (flag === flags.ng) return { id: (id & ~0xff) >>> 0, kind: 'ng' }
  return undefined
}
