/** What central draws may be taken: then it draws again. */

export interface Drawn {
  /** Somebody has it already, and nothing was written. */
  readonly taken?: true
}

/** Of 36^11 support codes even a second draw is never needed; of 36^6 Capcom IDs four of five are free with a hundred million hunters. */
const drawsAtMost = 32

export async function draw<T extends Drawn>(make: () => Promise<T>): Promise<T> {
  for (let draws = 1; draws <= drawsAtMost; draws++) {
    const made = await make()
    if (!made.taken) return made
  }
  throw new Error('everything that was drawn is taken')
}
