import { expect, test } from 'vitest'
import { readSettings } from './hunter-settings.ts'

function settings(rank: number, weaponClass: number): Uint8Array {
  const bytes = new Uint8Array(256)
  bytes.set([rank >> 8, rank & 255, 0, 0, 0, weaponClass])
  return bytes
}

test('rank is big-endian, and every weapon class has its name', () => {
  expect(readSettings(settings(300, 10))).toEqual({ rank: 300, weapon: 'lance' })
  const named = [7, 8, 9, 10, 11, 12, 13, 14, 15].map((code) => readSettings(settings(1, code)).weapon)
  expect(named).toEqual([
    'great-sword',
    'sword-and-shield',
    'hammer',
    'lance',
    'bowgun',
    'bowgun',
    'bowgun',
    'long-sword',
    'switch-axe',
  ])
})

test.each([0, 1, 6, 16, 255])('class %i is no weapon', (code) => {
  expect(readSettings(settings(1, code)).weapon).toBeNull()
})
