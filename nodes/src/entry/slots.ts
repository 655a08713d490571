/** The six places for hunters as the console lists them (login.md 3.2). */
import type { Slot } from '../central/link.ts'
import { ascii, UserObject } from '../pat/index.ts'

export const slotCount = 6

/** The client compares with this text to know a free place. */
const freeSlot = ascii('******')

type Row = ReturnType<typeof UserObject.of>

/** The rows from `first` (1-based) on, at most `count`: always in order, free places included. */
export function slotRows(slots: readonly Slot[], first: number, count: number): readonly Row[] {
  const rows: Row[] = []
  const last = Math.min(slotCount, first + count - 1)
  for (let number = Math.max(first, 1); number <= last; number++) {
    const used = slots.find(({ slot }) => slot === number)
    rows.push(
      used
        ? UserObject.of({ slotIndex: number, capcomId: ascii(used.capcomId), hunterName: used.name })
        : UserObject.of({ slotIndex: number, capcomId: freeSlot }),
    )
  }
  return rows
}

/**
 * The chosen hunter in the words of the request: its own fields stay as they came, the Capcom ID is
 * set, and what the console left out of its identity is added, which it copies from this answer.
 */
export function chosenRow(request: Row, { slot, capcomId, name }: Slot): Row {
  const told = request.items.length === 0 ? UserObject.of({ slotIndex: slot }) : request
  const row = told.with({ capcomId: ascii(capcomId) })
  return row.get('hunterName') === undefined ? row.with({ hunterName: name }) : row
}
