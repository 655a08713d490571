import type { foundCityRow, foundUserRow, userRow } from '../world/index.ts'
import { Cursor } from './cursor.ts'

/** Largest rows: 77, 337 and some 600 bytes; a page stays below the client's 16 kB. */
const pages = { users: 100, found: 45, cities: 20 } as const

/** The lists that a connection may have open at the same time. */
export const createCursors = () => ({
  layerUsers: new Cursor<ReturnType<typeof userRow>>(pages.users),
  layerUserSearch: new Cursor<ReturnType<typeof userRow>>(pages.users),
  userSearch: new Cursor<ReturnType<typeof foundUserRow>>(pages.found),
  citySearch: new Cursor<ReturnType<typeof foundCityRow>>(pages.cities),
})

export type Cursors = ReturnType<typeof createCursors>
