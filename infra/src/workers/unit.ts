/** A worker that runs: a thread or a process, as its seat sees it. */
import type { Socket } from 'node:net'
import type { Arrival, DoorName } from '@citygate/nodes/host'
import type { FromWorker, ToWorker } from './messages.ts'

export interface Unit {
  /** Of the process that it lives in. */
  readonly pid: number
  /** Resolves when it has ended, in words for the log; never rejects. */
  readonly ended: Promise<string>
  /** Does nothing when it has ended. */
  send(message: ToWorker): void
  /** Gives away a socket that nobody has read from; it is closed when that cannot be done. */
  hand(door: DoorName, socket: Socket): void
  /** Gives away a socket that was read from. */
  handArrival(arrival: Arrival): void
  /** A bound socket that it is to listen on. */
  share(door: DoorName, socket: object): void
  /** Ends it, whatever it is doing. */
  kill(): void
}

export type Hear = (message: FromWorker) => void
