/**
 * The one home of a node's logs. Loggers are named by part (`entry`, `world`, `link`); ids stand in
 * fields, tickets and support codes never: what slips into a field of such a name is blanked here.
 */
import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino'

export type Log = Logger

const secrets = ['ticket', 'supportCode', 'key', 'token', 'authorization', 'secret']

/** Lines of JSON to `destination` (stdout when it is absent); who wants them pretty passes a stream that does it. */
export function createLog(options: { level?: LevelWithSilent; destination?: DestinationStream } = {}): Log {
  const settings = {
    level: options.level ?? 'info',
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  return options.destination ? pino(settings, options.destination) : pino(settings)
}

/** A logger of one part of the program; `fields` stand in each of its lines. */
export function named(log: Log, name: string, fields: Record<string, string | number> = {}): Log {
  return log.child({ name, ...fields })
}

/** For tests and tools that want no lines. */
export const silentLog: Log = createLog({ level: 'silent' })
