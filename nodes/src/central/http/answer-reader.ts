/**
 * The answer to one request, read from the bytes of a connection (RFC 9112). Only what the central API and the proxies
 * in front of it say: the status, the body, and whether the connection may be used again.
 */

export interface WholeAnswer {
  readonly status: number
  readonly text: string
  /** How long the connection may rest before the next request; 0 where it must not be used again. */
  readonly restMs: number
}

/** No answer of central's is near this; what is behind it is not central. */
const answerAtMost = 32 * 1024 * 1024
const headAtMost = 64 * 1024
/** Where the server does not say how long it keeps a connection that rests. */
const usualRestMs = 4000
/** The server's time is over a little earlier than it says, seen from here. */
const restMarginMs = 1000
const emptyLine = Buffer.from('\r\n\r\n')
const lineEnd = Buffer.from('\r\n')

interface Head {
  readonly status: number
  readonly restMs: number
  /** Bytes of the body; where the server does not know, in chunks or until it closes the connection. */
  readonly length: number | 'chunked' | 'to-the-end'
}

export class AnswerReader {
  /** What has come and was not looked at, and how much of it there must be before that is worth while. */
  #parts: Buffer[] = []
  #size = 0
  #enough = 0
  #head: Head | null = null
  /** Of a body in chunks: what is whole so far. */
  #chunks: Buffer[] = []
  #chunksSize = 0

  /** Something of the answer has come. */
  get begun(): boolean {
    return this.#head !== null || this.#size > 0
  }

  /**
   * The answer, once it is whole. The bytes are the caller's again afterwards.
   *
   * @throws Error in words, for what is no HTTP or has no end
   */
  take(bytes: Uint8Array): WholeAnswer | null {
    this.#parts.push(Buffer.from(bytes))
    this.#size += bytes.length
    if (this.#size + this.#chunksSize > answerAtMost) throw new Error('the answer has no end')
    if (this.#size < this.#enough) return null
    let rest = this.#joined()
    while (!this.#head) {
      const end = rest.indexOf(emptyLine)
      if (end < 0 && rest.length <= headAtMost) return this.#keep(rest, 0)
      if (end < 0 || end > headAtMost) throw new Error('the head of the answer has no end')
      const head = readHead(rest.toString('latin1', 0, end))
      rest = rest.subarray(end + emptyLine.length)
      // 100 Continue and its like come before the answer.
      if (head.status >= 200) this.#head = head
    }
    return this.#body(this.#head, rest)
  }

  /** The server has closed the connection: the answer, where that is its end. */
  ended(): WholeAnswer | null {
    if (this.#head?.length !== 'to-the-end') return null
    return { status: this.#head.status, text: this.#joined().toString(), restMs: 0 }
  }

  #joined(): Buffer {
    const [first] = this.#parts
    return first && this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.#size)
  }

  #keep(rest: Buffer, enough: number): null {
    this.#parts = rest.length > 0 ? [rest] : []
    this.#size = rest.length
    this.#enough = enough
    return null
  }

  #body({ status, restMs, length }: Head, body: Buffer): WholeAnswer | null {
    if (length === 'chunked') return this.#inChunks(status, restMs, body)
    if (length === 'to-the-end') return this.#keep(body, Number.POSITIVE_INFINITY)
    if (body.length < length) return this.#keep(body, length)
    // Nobody has asked for what comes behind the answer.
    return { status, text: body.toString('utf8', 0, length), restMs: body.length > length ? 0 : restMs }
  }

  #inChunks(status: number, restMs: number, body: Buffer): WholeAnswer | null {
    for (let at = 0; ; ) {
      const lineAt = body.indexOf(lineEnd, at)
      if (lineAt < 0) return this.#keep(body.subarray(at), 0)
      const length = chunkLength(body.toString('latin1', at, lineAt))
      const from = lineAt + lineEnd.length
      if (length === 0) {
        const end = afterTrailers(body, from)
        if (end < 0) return this.#keep(body.subarray(at), 0)
        const text = Buffer.concat(this.#chunks, this.#chunksSize).toString()
        return { status, text, restMs: end < body.length ? 0 : restMs }
      }
      const next = from + length + lineEnd.length
      if (body.length < next) return this.#keep(body.subarray(at), next - at)
      this.#chunks.push(body.subarray(from, from + length))
      this.#chunksSize += length
      at = next
    }
  }
}

function chunkLength(line: string): number {
  const digits = /^([0-9a-f]{1,7})[ \t]*(;|$)/i.exec(line)?.[1]
  if (digits === undefined) throw new Error('the answer is not in chunks as it says')
  return Number.parseInt(digits, 16)
}

/** Where the answer ends, or -1; nobody reads the trailers. */
function afterTrailers(body: Buffer, from: number): number {
  if (body.length >= from + 2 && body.indexOf(lineEnd, from) === from) return from + lineEnd.length
  const end = body.indexOf(emptyLine, from)
  return end < 0 ? -1 : end + emptyLine.length
}

function readHead(text: string): Head {
  const status = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |\r|$)/.exec(text)
  if (!status) throw new Error('the answer is no HTTP')
  const code = Number(status[2])
  const connection = header(text, 'connection').toLowerCase()
  const keeps = status[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive')
  const length = lengthOf(text, code)
  return { status: code, length, restMs: keeps && length !== 'to-the-end' ? restOf(text) : 0 }
}

function lengthOf(text: string, status: number): Head['length'] {
  if (status < 200 || status === 204 || status === 304) return 0
  const encoding = header(text, 'transfer-encoding').toLowerCase()
  if (encoding !== '') {
    if (encoding !== 'chunked') throw new Error(`an answer in ${encoding} cannot be read`)
    return 'chunked'
  }
  const length = header(text, 'content-length')
  if (length === '') return 'to-the-end'
  if (!/^\d{1,15}$/.test(length)) throw new Error('the answer has no length')
  if (Number(length) > answerAtMost) throw new Error('the answer has no end')
  return Number(length)
}

function restOf(text: string): number {
  const seconds = /timeout=(\d{1,6})/i.exec(header(text, 'keep-alive'))?.[1]
  if (seconds === undefined) return usualRestMs
  return Math.max(0, Number(seconds) * 1000 - restMarginMs)
}

const patterns = new Map<string, RegExp>()

function header(text: string, name: string): string {
  let pattern = patterns.get(name)
  if (!pattern) {
    pattern = new RegExp(`\\r\\n${name}:[ \\t]*([^\\r\\n]*)`, 'i')
    patterns.set(name, pattern)
  }
  return pattern.exec(text)?.[1]?.trimEnd() ?? ''
}
