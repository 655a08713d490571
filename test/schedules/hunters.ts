/** What schedules tell of a hunter, and how central shows it. */

/** Settings by which a hunter is known over REST. */
export function ofRank(rank: number): Uint8Array {
  const settings = new Uint8Array(256)
  new DataView(settings.buffer).setUint16(0, rank)
  return settings
}

export const hasRank = (rank: number) => (found: { items: readonly { rank: number }[] }) =>
  found.items[0]?.rank === rank

export const isOnline = ({ items }: { items: readonly { online: boolean }[] }) => items[0]?.online === true

export const valor = { id: 1, name: 'Valor1' }
export const rival = { id: 2, name: 'Valor2' }

/** For what has to come, on whatever machine. */
export const patience = { timeout: 40_000 }
