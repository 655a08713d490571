/** Which worker gets a connection that any of them could serve. Pure. */

export interface Choice {
  /** Null while nobody serves there. */
  readonly node: unknown
  /** It is being emptied: whoever comes there is soon sent away again. */
  readonly isEnding: boolean
}

/** The one with the least to do; one that is ending only where there is no other. */
export function leastLoaded<S extends Choice>(
  seats: readonly S[],
  loadOf: (seat: S) => number,
): S | undefined {
  const serving = seats.filter(({ node }) => node !== null)
  const staying = serving.filter(({ isEnding }) => !isEnding)
  const choices = staying.length > 0 ? staying : serving
  return choices.reduce<S | undefined>(
    (least, seat) => (least === undefined || loadOf(seat) < loadOf(least) ? seat : least),
    undefined,
  )
}
