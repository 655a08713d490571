/**
 * The fetching of a text or binary. The recording fetched one of another size, so its requests are
 * replaced by those that the size told by the node needs; every slice is checked.
 */
import {
  AnsBinaryData,
  AnsBinaryHead,
  AnsSubTerms,
  AnsSubTermsInfo,
  AnsTerms,
  AnsTermsVersion,
  AnsVulgarityInfoLow,
  AnsVulgarityLow,
  type AnyPacket,
  type Body,
  type Bytes,
  decodeBody,
  noBytes,
  ReqBinaryData,
  ReqSubTerms,
  ReqTerms,
  ReqVulgarityLow,
} from '@citygate/nodes/pat'
import type { Connection } from '../src/console/index.ts'
import { fetchSlices } from '../src/console/slices.ts'

interface Kind {
  /** Tells version and size. */
  readonly head: AnyPacket
  readonly request: AnyPacket
  readonly answer: AnyPacket
  /** The field of the answer with the slice. */
  readonly slice: 'text' | 'data'
}

const kinds: readonly Kind[] = [
  { head: AnsTermsVersion, request: ReqTerms, answer: AnsTerms, slice: 'text' },
  { head: AnsSubTermsInfo, request: ReqSubTerms, answer: AnsSubTerms, slice: 'text' },
  { head: AnsVulgarityInfoLow, request: ReqVulgarityLow, answer: AnsVulgarityLow, slice: 'text' },
  { head: AnsBinaryHead, request: ReqBinaryData, answer: AnsBinaryData, slice: 'data' },
]

interface Slice {
  readonly offset: number
  readonly text?: Bytes
  readonly data?: Bytes
}

interface Told {
  readonly version: number
  readonly size: number
}

export class Fetch {
  readonly #kind: Kind
  readonly #told: Told
  #done = false

  constructor(kind: Kind, told: Told) {
    this.#kind = kind
    this.#told = told
  }

  /** The fetching that a head announces; undefined for any other packet. */
  static after(spec: AnyPacket, payload: Bytes): Fetch | undefined {
    const kind = kinds.find(({ head }) => head.id === spec.id)
    return kind && new Fetch(kind, decodeBody(kind.head, payload) as unknown as Told)
  }

  isFetchedBy(request: AnyPacket): boolean {
    return request.id === this.#kind.request.id
  }

  /** Fetches everything at the first recorded request; the further ones are left out. */
  async run(connection: Connection, recorded: Body<AnyPacket>): Promise<void> {
    if (this.#done) return
    this.#done = true
    const { request, answer, slice } = this.#kind
    const { version, size } = this.#told
    const versioned = request.id === ReqVulgarityLow.id ? {} : { version }
    await fetchSlices(size, async (offset, wanted) => {
      const body = { ...recorded, ...versioned, offset, size: wanted }
      const got = (await connection.call(request, body, answer)) as unknown as Slice
      return { offset: got.offset, bytes: got[slice] ?? noBytes }
    })
  }
}
