/**
 * The one home of a node's logs. Whoever starts a node brings the logger (its form and level are his);
 * here it is named by part (`entry`, `game`, `link` …). Ids stand in fields; tickets, codes and keys
 * never: what slips into a field of such a name is blanked, whatever the logger.
 */
import { type Logger, pino } from 'pino'

export type Log = Logger

const secrets = ['ticket', 'supportCode', 'key', 'token', 'authorization', 'secret']
const redact = { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '…' }

/** A logger of one part of the program; `fields` stand in each of its lines. */
export function named(log: Log, name: string, fields: Record<string, string | number> = {}): Log {
  return log.child({ name, ...fields }, { redact })
}

/** For tests and tools that want no lines. */
export const silentLog: Log = pino({ level: 'silent' })
