/** What a hunter shows of himself: rank, equipment, profile. Source: protocol/structs.json. */
import { blob, fixed, nested } from '../blob.ts'
import type { Bytes } from '../bytes.ts'
import { u8, u16 } from '../codec.ts'

/** One piece of equipment; twelve times 0xff where there is none. */
export const EquipmentSlot = blob('EquipmentSlot', 12, {
  /** See {@link equipmentClasses}. */
  equipmentClass: u8,
  /** Decoration slots of a talisman (a guess). */
  slots: u8,
  /** Number inside the class. */
  equipmentId: u16,
  /** Decorations, presumably. */
  unknown0x04: fixed(8),
})

/** `EquipmentSlot.equipmentClass`; `HunterSettings.weaponType` uses those of weapons (a guess). */
export const equipmentClasses = {
  chest: 1,
  gauntlets: 2,
  faulds: 3,
  leggings: 4,
  helmet: 5,
  talisman: 6,
  greatSword: 7,
  swordAndShield: 8,
  hammer: 9,
  lance: 10,
  bowgunFrame: 11,
  bowgunBarrel: 12,
  bowgunStock: 13,
  longSword: 14,
  switchAxe: 15,
} as const

/**
 * The 256 bytes that the client writes piece by piece with ReqUserBinarySet and that others see as `stats`
 * and in NtcUserBinaryNotice. All zero until the first piece. Offsets above 5 are less certain.
 */
export const HunterSettings = blob('HunterSettings', 256, {
  hunterRank: u16,
  unknown0x02: fixed(3),
  /** Class of the weapon in hand. */
  weaponType: u8,
  unknown0x06: fixed(10),
  /** Weapon, or first part of a bowgun. */
  weapon1: nested(EquipmentSlot),
  weapon2: nested(EquipmentSlot),
  weapon3: nested(EquipmentSlot),
  helmet: nested(EquipmentSlot),
  chest: nested(EquipmentSlot),
  faulds: nested(EquipmentSlot),
  gauntlets: nested(EquipmentSlot),
  leggings: nested(EquipmentSlot),
  talisman: nested(EquipmentSlot),
  unknown0x7c: fixed(32),
  /** Ends with a NUL; what stands behind it is left over. See {@link profileText}. */
  profileText: fixed(86),
  profileTitle: u8,
  profileStatus: u8,
  unknown0xf4: u8,
  /** HR limit, goal and seeking of the player's city. */
  cityHrLimit: u8,
  cityGoal: u8,
  citySeeking: u8,
  /** See FmpData.serverType. */
  serverType: u8,
  unknown0xf9: fixed(7),
})

/** The settings of a hunter who has not sent any. */
export const noHunterSettings: Bytes = new Uint8Array(HunterSettings.size)

/** Rank of a hunter, read without decoding the rest; 0 when the bytes are too few. */
export function hunterRankOf(settings: Bytes): number {
  return ((settings[0] ?? 0) << 8) | (settings[1] ?? 0)
}

/** Class of the weapon in hand, read without decoding the rest; 0 when unknown. */
export function weaponTypeOf(settings: Bytes): number {
  return settings[5] ?? 0
}

/** The profile's text without its NUL and what follows. */
export function profileText(settings: Bytes): Bytes {
  const text = HunterSettings.decode(settings).profileText
  const end = text.indexOf(0)
  return end < 0 ? text : text.subarray(0, end)
}

/**
 * A new 256 bytes with `piece` written at `offset`, for ReqUserBinarySet. What would lie beyond the end is
 * left out (game.md, "BETTER: cut at 256").
 */
export function overwriteHunterSettings(settings: Bytes, offset: number, piece: Bytes): Bytes {
  const changed = new Uint8Array(HunterSettings.size)
  changed.set(settings.subarray(0, HunterSettings.size))
  if (offset < changed.length) changed.set(piece.subarray(0, changed.length - offset), offset)
  return changed
}
