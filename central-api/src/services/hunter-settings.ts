/** What central reads of a hunter's 256 bytes of settings (structs.json, HunterSettings). */
import type { Weapon } from '@citygate/schema/contract'

/** EquipmentSlot.equipmentClass; a bowgun is of three parts. */
const weapons: Readonly<Record<number, Weapon>> = {
  7: 'great-sword',
  8: 'sword-and-shield',
  9: 'hammer',
  10: 'lance',
  11: 'bowgun',
  12: 'bowgun',
  13: 'bowgun',
  14: 'long-sword',
  15: 'switch-axe',
}

/** Hunter rank: big-endian at 0. Class of the weapon in hand: at 5; null for what is none. */
export function readSettings(settings: Uint8Array): { rank: number; weapon: Weapon | null } {
  const [high = 0, low = 0] = settings
  return { rank: high * 256 + low, weapon: weapons[settings[5] ?? 0] ?? null }
}
