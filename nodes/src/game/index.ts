/** The game server, FMP (docs/rooms.md). */
export { createFmp } from './fmp.ts'
