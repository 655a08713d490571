import { type Logger, pino, stdTimeFunctions } from 'pino'
import pretty from 'pino-pretty'

/** Values under these keys never reach a log line, wherever they stand. */
const secrets = ['ticket', 'supportCode', 'key', 'secret', 'token', 'authorization', 'password']

/** The one logger of a process; named children are made from it. */
export function openLog(form: 'pretty' | 'json' | undefined): Logger {
  const options = {
    base: null,
    level: process.env.CITYGATE_LOG_LEVEL ?? 'info',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    redact: { paths: secrets.flatMap((key) => [key, `*.${key}`]), censor: '…' },
  }
  const wanted = form ?? (process.stdout.isTTY ? 'pretty' : 'json')
  return wanted === 'pretty' ? pino(options, pretty({ sync: true, ignore: 'pid,hostname' })) : pino(options)
}
