/** How far the game time of a game server is ahead of the community's: there it is day when it is night elsewhere. */
import { z } from 'zod'
import type { Source } from '../source.ts'
import { ServerNumber } from './server-number.ts'

const longestYear = 366 * 86_400

const DayAndNight = z.strictObject({
  ahead: z.record(ServerNumber, z.int().min(0).max(longestYear)).default({}),
})

/** Seconds, by number of the server; servers that are not named keep the common time. */
export type TimesAhead = ReadonlyMap<number, number>

export const timesAhead = (source: Source): TimesAhead =>
  new Map(Object.entries(source.toml(DayAndNight).ahead).map(([number, ahead]) => [Number(number), ahead]))
