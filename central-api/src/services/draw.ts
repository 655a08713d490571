/** What central draws may be taken: then it draws again. */
import { Undone } from '../db/transaction.ts'

export interface Drawn {
  /** Somebody has it already, and nothing was written. */
  readonly taken?: true
}

class Taken extends Undone {
  override readonly name = 'Taken'
}

/** Of 36^11 support codes even a second draw is never needed; of 36^6 Capcom IDs four of five are free with a hundred million hunters. */
const drawsAtMost = 32

/** In what `draw` makes; nothing of it is kept then. */
export function requireFree({ taken }: Drawn): void {
  if (taken) throw new Taken()
}

export async function draw<T>(make: () => Promise<T>): Promise<T> {
  for (let draws = 1; draws <= drawsAtMost; draws++) {
    try {
      return await make()
    } catch (error) {
      if (!(error instanceof Taken)) throw error
    }
  }
  throw new Error('everything that was drawn is taken')
}
