/** One content file on its way to becoming bytes for one language. */
import { parse, TomlError } from 'smol-toml'
import type { z } from 'zod'
import type { Bytes } from '../pat/index.ts'
import { cut, type Encode, japanese, western } from './encoding.ts'
import { ContentProblem } from './problem.ts'

export class Source {
  /** As the operator knows it: relative to the content folder. */
  readonly file: string
  readonly #bytes: Bytes
  /** The layouts of the Japanese game are wanted. */
  readonly japanese: boolean
  /**
   * A text too long is cut instead of refused: the file was written for another layout, and a host who
   * never thought of the Japanese game shall not be bound by its smaller fields.
   */
  readonly lenient: boolean
  readonly encode: Encode

  constructor(file: string, bytes: Bytes, forJapan: boolean, lenient: boolean) {
    this.file = file
    this.#bytes = bytes
    this.japanese = forJapan
    this.lenient = lenient
    this.encode = forJapan ? japanese : western
  }

  get bytes(): Bytes {
    return this.#bytes
  }

  /** Text of the file without the line end that editors put last. Throws a ContentProblem if it is not UTF-8. */
  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes).replace(/\s+$/, '')
    } catch {
      throw this.problem('is not UTF-8 text')
    }
  }

  toml<T>(shape: z.ZodType<T>): T {
    try {
      return this.#checked(shape, parse(this.text()))
    } catch (error) {
      if (!(error instanceof TomlError)) throw error
      const reason = error.message.split('\n', 1)[0] ?? ''
      throw this.problem(`line ${error.line}: ${reason.replace(/^Invalid TOML document: /, '')}`)
    }
  }

  json<T>(shape: z.ZodType<T>): T {
    let value: unknown
    const text = this.text()
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw this.problem(error instanceof Error ? error.message : 'is not JSON')
    }
    return this.#checked(shape, value)
  }

  #checked<T>(shape: z.ZodType<T>, value: unknown): T {
    const result = shape.safeParse(value)
    if (result.success) return result.data
    const [first] = result.error.issues
    throw this.problem(`${first?.path.join('.') || 'file'}: ${first?.message}`)
  }

  /** Bytes of a text, at most `limit`; `key` names its place in the file. */
  field(key: string, text: string, limit: number): Bytes {
    const bytes = this.encode(text)
    if (bytes.length > limit && this.lenient) return cut(text, limit, this.encode)
    return this.atMost(key, bytes, limit)
  }

  atMost(key: string, bytes: Bytes, limit: number): Bytes {
    if (bytes.length <= limit) return bytes
    throw this.problem(`${key}: ${bytes.length} bytes, at most ${limit} fit`)
  }

  /** Text that the console would show for bytes of its own encoding. */
  decode(bytes: Bytes): string {
    return new TextDecoder(this.japanese ? 'shift_jis' : 'utf-8').decode(bytes)
  }

  problem(reason: string): ContentProblem {
    return new ContentProblem(this.file, reason)
  }
}
