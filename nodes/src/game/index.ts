/** The game server, FMP (docs/rooms.md). */
export type { Crowd } from './crowd.ts'
export { createFmp } from './fmp.ts'
