/** Compares what a client received in one step with what the recording says. */
import {
  type AnyPacket,
  type Body,
  type Bytes,
  decodeBody,
  fromHex,
  hex,
  ProtocolError,
  packetOf,
} from '@citygate/nodes/pat'
import { isFetch, reduce } from './allowed.ts'
import type { Bindings } from './bindings.ts'
import { type Flat, flatten } from './flatten.ts'
import type { RecordedFrame } from './transcript.ts'
import { frameId } from './transcript.ts'

/** One place where a node does not do what the reference did. */
export interface Difference {
  readonly scenario: string
  readonly step: string
  readonly client: string
  /** The packet's name, with `#2` for the second of its kind in the step. */
  readonly packet: string
  /** The field's name, `missing` or `surplus` for a whole frame, `sequence`, or `close`. */
  readonly field: string
  readonly expected: string
  readonly got: string
}

/** A frame that came, whoever sent it. */
export interface Came {
  readonly id: number
  readonly sequence: number
  readonly payload: Bytes
}

interface Context {
  readonly scenario: string
  readonly step: string
  readonly client: string
  readonly bindings: Bindings
  /** Several players are logging in at once. */
  readonly severalLogIn: boolean
}

export function cameAs(frame: RecordedFrame): Came {
  return { id: frameId(frame), sequence: frame.seq, payload: fromHex(frame.payload) }
}

/** The packet's name; refusals included. */
export function nameOf({ id }: { id: number }): string {
  return packetOf(id, 'server')?.name ?? `0x${id.toString(16).padStart(8, '0')}`
}

/** What is left out on both sides: line checks, and the slices of texts and binaries. */
export function isCompared(frame: Came): boolean {
  const name = nameOf(frame)
  return name !== 'ReqLineCheck' && !isFetch(name)
}

/** `inOrder`: the two lists are compared as one; else answers and notifications each in their order. */
export function compareFrames(
  context: Context,
  recorded: readonly Came[],
  live: readonly Came[],
  inOrder: boolean,
): Difference[] {
  const groups = inOrder ? [() => true] : [isAnswer, (frame: Came) => !isAnswer(frame)]
  return groups.flatMap((belongs) => compareLists(context, recorded.filter(belongs), live.filter(belongs)))
}

function isAnswer({ id }: Came): boolean {
  return ((id >>> 8) & 0xff) === 0x02
}

function compareLists(context: Context, recorded: readonly Came[], live: readonly Came[]): Difference[] {
  const counts = new Map<string, number>()
  const numbered = (frame: Came): string => {
    const name = nameOf(frame)
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    return nth === 1 ? name : `${name}#${nth}`
  }
  const differences: Difference[] = []
  for (const [expected, got] of align(recorded, live)) {
    const frame = (expected ?? got) as Came
    const where = {
      scenario: context.scenario,
      step: context.step,
      client: context.client,
      packet: numbered(frame),
    }
    if (!got) differences.push({ ...where, field: 'missing', expected: 'sent', got: 'nothing' })
    else if (!expected) differences.push({ ...where, field: 'surplus', expected: 'nothing', got: 'sent' })
    else
      for (const difference of compareFrame(context, expected, got))
        differences.push({ ...where, ...difference })
  }
  return differences
}

/** Pairs frames of the same id in order: the longest common subsequence of ids. */
function align(recorded: readonly Came[], live: readonly Came[]): [Came | undefined, Came | undefined][] {
  const length: number[][] = Array.from({ length: recorded.length + 1 }, () =>
    new Array<number>(live.length + 1).fill(0),
  )
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0
  for (let i = recorded.length - 1; i >= 0; i--) {
    for (let j = live.length - 1; j >= 0; j--) {
      const row = length[i] as number[]
      row[j] = recorded[i]?.id === live[j]?.id ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: [Came | undefined, Came | undefined][] = []
  let i = 0
  let j = 0
  while (i < recorded.length || j < live.length) {
    if (i < recorded.length && j < live.length && recorded[i]?.id === live[j]?.id)
      pairs.push([recorded[i++], live[j++]])
    else if (j >= live.length || (i < recorded.length && at(i + 1, j) >= at(i, j + 1)))
      pairs.push([recorded[i++], undefined])
    else pairs.push([undefined, live[j++]])
  }
  return pairs
}

type FieldDifference = Pick<Difference, 'field' | 'expected' | 'got'>

function compareFrame(
  { bindings, severalLogIn }: Context,
  recorded: Came,
  live: Came,
): readonly FieldDifference[] {
  const spec = packetOf(recorded.id, 'server')
  if (!spec) return differ('payload', hex(recorded.payload), hex(live.payload))
  const before = decodeBody(spec, recorded.payload)
  const now = decodeOrTell(spec, live.payload)
  if (typeof now === 'string') return [{ field: 'payload', expected: 'decodes', got: now }]
  const expected = flatten(before, (bytes) => bindings.labelRecorded(bytes))
  const got = flatten(now, (bytes) => bindings.labelLive(bytes))
  const sequence = differ('sequence', String(recorded.sequence), String(live.sequence))
  const reduced = (field: string, value: string): string => reduce(spec.name, field, value, severalLogIn)
  return [...sequence, ...compareFlat(expected, got, reduced)]
}

function decodeOrTell(spec: AnyPacket, payload: Bytes): Body<AnyPacket> | string {
  try {
    return decodeBody(spec, payload)
  } catch (error) {
    if (error instanceof ProtocolError) return error.message
    throw error
  }
}

function compareFlat(
  expected: Flat,
  got: Flat,
  reduced: (field: string, value: string) => string,
): FieldDifference[] {
  const fields = new Set([...expected.keys(), ...got.keys()])
  return [...fields].flatMap((field) => {
    const before = expected.get(field)
    const now = got.get(field)
    return differ(
      field,
      before === undefined ? '(absent)' : reduced(field, before),
      now === undefined ? '(absent)' : reduced(field, now),
    )
  })
}

function differ(field: string, expected: string, got: string): FieldDifference[] {
  return expected === got ? [] : [{ field, expected, got }]
}
