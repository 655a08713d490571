/** CircleInfo field 5: who is in a quest party, place by place. Source: protocol/structs.json. */
import { blob, fixed, repeated } from '../blob.ts'
import type { Bytes } from '../bytes.ts'
import { u8 } from '../codec.ts'

const places = 4
const textSize = 16

/** 136 bytes, column by column; texts are padded with zeros, and their last byte is always zero. */
export const PartyMembers = blob('PartyMembers', 136, {
  capcomIds: repeated(places, fixed(textSize)),
  hunterNames: repeated(places, fixed(textSize)),
  /** HunterSettings.weaponType. */
  weaponTypes: repeated(places, u8),
  /** 0xff for an occupied place, 0 for a free one (a guess). */
  flags: repeated(places, u8),
})

export interface PartyMember {
  readonly capcomId: Bytes
  readonly hunterName: Bytes
  readonly weaponType: number
}

/**
 * The bytes for up to four places in their order, undefined for a free one. Ids and names are cut to 15
 * bytes. Throws a RangeError for a fifth place.
 */
export function encodePartyMembers(members: readonly (PartyMember | undefined)[]): Bytes {
  if (members.length > places) throw new RangeError(`${members.length} places in a party of ${places}`)
  const all = Array.from({ length: places }, (_, place) => members[place])
  return PartyMembers.encode({
    capcomIds: all.map((member) => padded(member?.capcomId)),
    hunterNames: all.map((member) => padded(member?.hunterName)),
    weaponTypes: all.map((member) => member?.weaponType ?? 0),
    flags: all.map((member) => (member ? 0xff : 0)),
  })
}

/** The four places, undefined for one without a Capcom ID. Raises a ProtocolError for another size. */
export function decodePartyMembers(bytes: Bytes): (PartyMember | undefined)[] {
  const { capcomIds, hunterNames, weaponTypes } = PartyMembers.decode(bytes)
  return capcomIds.map((id, place) => {
    const capcomId = upToZero(id)
    if (capcomId.length === 0) return undefined
    const hunterName = upToZero(hunterNames[place] ?? id)
    return { capcomId, hunterName, weaponType: weaponTypes[place] ?? 0 }
  })
}

function padded(text: Bytes | undefined): Bytes {
  const bytes = new Uint8Array(textSize)
  if (text) bytes.set(text.subarray(0, textSize - 1))
  return bytes
}

function upToZero(bytes: Bytes): Bytes {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}
