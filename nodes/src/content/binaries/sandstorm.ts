/**
 * Binary kind 2: when the next sandstorm begins and ends. The calendar goes round in days of UTC counted
 * from 1970: first fog, then the storm, then nothing (login.md 7.6).
 */
import { z } from 'zod'
import type { Bytes } from '../../pat/index.ts'
import { Layout } from '../layout.ts'
import type { Source } from '../source.ts'
import { ServerNumber } from './server-number.ts'

const day = 86_400

const days = z.int().min(0).max(366)
const Calendar = z.strictObject({
  enabled: z.boolean(),
  'cycle-days': z.int().min(1).max(366),
  'first-day': days,
  'fog-days': days,
  'storm-days': days,
})
const usual = { enabled: true, 'first-day': 0 }
/** A table `[server.N]` says what is different on that game server. */
const Calendars = Calendar.partial({ enabled: true, 'first-day': true }).extend({
  server: z.record(ServerNumber, Calendar.partial()).default({}),
})

export interface SandstormCalendar {
  /** Days; 0 for a world without sandstorms. */
  readonly cycle: number
  readonly firstDay: number
  readonly fog: number
  readonly storm: number
}

export interface SandstormCalendars {
  readonly common: SandstormCalendar
  /** Of servers that differ, by number. */
  readonly ofServer: ReadonlyMap<number, SandstormCalendar>
}

/** Seconds of game time. */
interface Window {
  readonly fog: number
  readonly storm: number
  readonly end: number
}

export function sandstormCalendars(source: Source): SandstormCalendars {
  const { server, ...given } = source.toml(Calendars)
  const common = Calendar.parse({ ...usual, ...given })
  return {
    common: calendar(source, '', common),
    ofServer: new Map(
      Object.entries(server).map(([number, own]) => [
        Number(number),
        calendar(source, `server.${number}: `, Calendar.parse({ ...common, ...own })),
      ]),
    ),
  }
}

function calendar(source: Source, place: string, given: z.output<typeof Calendar>): SandstormCalendar {
  const { 'fog-days': fog, 'storm-days': storm } = given
  if (fog + storm > given['cycle-days'])
    throw source.problem(`${place}fog-days and storm-days: together at most cycle-days`)
  return {
    cycle: given.enabled ? given['cycle-days'] : 0,
    firstDay: given['first-day'],
    fog,
    storm,
  }
}

/** The window that `now` lies in, or else the next one; null where there is no sandstorm. */
function sandstormWindow(calendar: SandstormCalendar, now: number): Window | null {
  const { cycle, firstDay, fog, storm } = calendar
  if (cycle === 0) return null
  const today = Math.floor(now / day)
  const dayOfCycle = (((today - firstDay) % cycle) + cycle) % cycle
  const start = today - dayOfCycle + (dayOfCycle < fog + storm ? 0 : cycle)
  return { fog: start * day, storm: (start + fog) * day, end: (start + fog + storm) * day }
}

export function isSandstorm(calendar: SandstormCalendar, now: number): boolean {
  const window = sandstormWindow(calendar, now)
  return window !== null && now >= window.storm && now < window.end
}

/** Twelve bytes; all zero for never. */
export function sandstorm(calendar: SandstormCalendar, now: number): Bytes {
  const out = new Layout(12)
  const window = sandstormWindow(calendar, now)
  if (window) out.u32(0, window.fog, window.storm, window.end)
  return out.bytes
}
