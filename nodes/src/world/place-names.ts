/** Names of gates and cities, alike on every node: a server's own name is its operator's. */
import { ascii, type Bytes, noBytes } from '../pat/index.ts'

export const gateName = (number: number): Bytes => ascii(`City Gate${number}`)

export const cityName = (number: number): Bytes => ascii(`City${number}`)

/** A place by the names on its path, from the server down; what is missing is empty. */
export interface PlaceNames {
  readonly server: Bytes
  readonly gate?: Bytes | undefined
  readonly city?: Bytes | undefined
}

/** Joined with TAB; two TABs always (game.md 1.5). */
export function joinNames({ server, gate = noBytes, city = noBytes }: PlaceNames): Bytes {
  const whole = new Uint8Array(server.length + gate.length + city.length + 2).fill(0x09)
  whole.set(server)
  whole.set(gate, server.length + 1)
  whole.set(city, server.length + gate.length + 2)
  return whole
}
