import { type Bytes, fromHex, hex, Items } from '@citygate/nodes/pat'

/**
 * Which value of this run stands where the recording has one of its own: tickets, support codes,
 * Capcom IDs, unique ids. A pair is learned where the server hands the value out, and must then hold
 * everywhere, also inside blobs.
 */
export class Bindings {
  readonly #live = new Map<string, string>()
  readonly #labels = new Map<string, string>()

  constructor(dynamic: readonly (readonly [string, string])[]) {
    for (const [recorded, label] of dynamic) this.#labels.set(recorded, label)
  }

  /** Learns a pair. What is bound already stays: a second value for it then shows as a difference. */
  learn(recorded: Bytes, live: Bytes): void {
    const key = hex(recorded)
    if (!this.#live.has(key) && live.length > 0) this.#live.set(key, hex(live))
    if (!this.#labels.has(key)) this.#labels.set(key, `made-up-${this.#labels.size + 1}`)
  }

  /** What this run's client sends where the recorded one sent `recorded`. */
  toLive(recorded: Bytes): Bytes {
    const key = hex(recorded)
    const whole = this.#live.get(key) ?? this.#partOfBound(key)
    if (whole !== undefined) return fromHex(whole)
    let text = key
    for (const [from, to] of this.#live) if (from.length === to.length) text = replaceBytes(text, from, to)
    return text === key ? recorded : fromHex(text)
  }

  /** The same for every byte string inside a decoded payload. */
  deep(value: unknown): unknown {
    if (value instanceof Uint8Array) return this.toLive(value)
    if (value instanceof Items) {
      const items = value.items.map((item) => ({ ...item, value: this.deep(item.value) as Bytes }))
      return new Items(value.struct, items)
    }
    if (Array.isArray(value)) return value.map((entry) => this.deep(entry))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.deep(entry)]))
  }

  /** Recorded bytes in hex with labels in the place of made-up values. */
  labelRecorded(bytes: Bytes): string {
    return this.#label(
      hex(bytes),
      [...this.#live.keys()].map((key) => [key, key]),
    )
  }

  /** Bytes of this run likewise. */
  labelLive(bytes: Bytes): string {
    return this.#label(
      hex(bytes),
      [...this.#live].map(([recorded, live]) => [live, recorded]),
    )
  }

  #label(text: string, pairs: readonly (readonly [string, string])[]): string {
    let labelled = text
    for (const [value, recorded] of pairs) {
      labelled = replaceBytes(labelled, value, `<${this.#labels.get(recorded)}>`)
    }
    return labelled
  }

  /** A labelled value that the script cut out of a bound one, like the first letters of a Capcom ID. */
  #partOfBound(part: string): string | undefined {
    if (!this.#labels.has(part)) return undefined
    for (const [recorded, live] of this.#live) {
      const at = recorded.indexOf(part)
      if (at >= 0 && at % 2 === 0 && recorded.length === live.length) return live.slice(at, at + part.length)
    }
    return undefined
  }
}

/** Replaces where `from` stands on a byte boundary. Labels already put in are skipped: they hold no hex pairs. */
function replaceBytes(text: string, from: string, to: string): string {
  if (from.length === 0) return text
  let result = ''
  let at = 0
  while (at < text.length) {
    if (text[at] === '<') {
      const end = text.indexOf('>', at) + 1
      result += text.slice(at, end)
      at = end
    } else if (text.startsWith(from, at)) {
      result += to
      at += from.length
    } else {
      result += text.slice(at, at + 2)
      at += 2
    }
  }
  return result
}
