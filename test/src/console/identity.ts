import { ascii, type Bytes, ConnectionData, type Items } from '@citygate/nodes/pat'

/** What a console is and remembers. */
export interface Memory {
  /** The account; a server gives it to a console that has none, and the console keeps it for ever. */
  supportCode: Bytes | undefined
  /** The log-in; forgotten when online mode is left. */
  ticket: Bytes | undefined
  /** The hunter that plays, as AnsUserObject named it. */
  capcomId: string
  /** Bytes of the name, in whatever encoding the console has. */
  name: Bytes
  /** The six slots as listed on the first LMP visit; null is a free one. */
  slots: readonly (Slot | null)[]
}

export interface Slot {
  readonly capcomId: string
  readonly name: Bytes
}

/** Build stamps by region (login.md 1.1). */
export const mediaVersions = { japan: '0906222136', america: '1001301045', europe: '1002121503' } as const

export type Region = keyof typeof mediaVersions

/** The country number that the game makes of the console's own (login.md 2.1, "unknown"). */
export const country = 48

/** What a console that never had a hunter shows in a free slot (login.md 3.2). */
export const freeSlot = '******'

/** AnsConnection's structure in the order of the game (login.md 2.1). */
export function connectionData(
  { supportCode, ticket }: Memory,
  mediaVersion: string,
): Items<typeof ConnectionData.fields> {
  return ConnectionData.of({
    unknown0x03: 3,
    unknown0x04: 2,
    convertedCountryCode: country,
    unknown0x06: 0,
    mediaVersion: ascii(mediaVersion),
    receiveBufferSize: 0x4000,
    ...(supportCode && { onlineSupportCode: supportCode }),
    ...(ticket && { patTicket: ticket }),
    countryCode: 49,
    languageCode: 1,
  })
}
