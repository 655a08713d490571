/** A file of fixed size with big-endian fields at fixed offsets. */
import type { Bytes } from '../pat/index.ts'

export class Layout {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
    this.#view = new DataView(this.bytes.buffer)
  }

  u8(offset: number, ...values: number[]): void {
    values.forEach((value, i) => {
      this.#view.setUint8(offset + i, value)
    })
  }

  u16(offset: number, ...values: number[]): void {
    values.forEach((value, i) => {
      this.#view.setUint16(offset + 2 * i, value)
    })
  }

  u32(offset: number, ...values: number[]): void {
    values.forEach((value, i) => {
      this.#view.setUint32(offset + 4 * i, value)
    })
  }

  /** The rest of the field stays zero, which is how the client knows the end. */
  text(offset: number, text: Bytes): void {
    this.bytes.set(text, offset)
  }
}
