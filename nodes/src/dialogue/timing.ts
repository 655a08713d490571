/** Time limits of a connection, in milliseconds. */
export interface Timing {
  /** From the accept (after the TLS handshake) to ReqConnection. */
  readonly helloMs: number
  readonly lineCheckMs: number
  /** Without a byte from the console the connection is given up. */
  readonly silenceMs: number
  /** For the rest of a frame that has begun. */
  readonly halfFrameMs: number
}

/** login.md 2.1 and 2.3; shared-state rules of the project: any packet counts as life. */
export const defaultTiming: Timing = {
  helloMs: 1500,
  lineCheckMs: 30_000,
  silenceMs: 75_000,
  halfFrameMs: 10_000,
}
