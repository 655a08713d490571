import { destination, type Logger, pino, stdTimeFunctions } from 'pino'

/** Values under these keys never reach a log line, wherever they stand. */
const secrets = ['ticket', 'supportCode', 'key', 'secret', 'token', 'authorization', 'password']

/** Where log lines go: the program's own, and those that its workers have written. */
export interface LogSink {
  write(line: string): void
}

export async function openSink(form: 'pretty' | 'json' | undefined): Promise<LogSink> {
  const wanted = form ?? (process.stdout.isTTY ? 'pretty' : 'json')
  if (wanted === 'json') return jsonSink()
  // Not in memory where a machine reads the lines.
  const { default: pretty } = await import('pino-pretty')
  return pretty({ sync: true, ignore: 'pid,hostname' })
}

export const jsonSink = (): LogSink => destination({ dest: 1, sync: true })

/** For commands whose output is their answer. */
export const besideTheAnswer: LogSink = { write: (line) => void process.stderr.write(line) }

/** The one logger of a process; named children are made from it. */
export function openLog(sink: LogSink): Logger {
  const options = {
    base: null,
    level: process.env.CITYGATE_LOG_LEVEL ?? 'info',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
    redact: { paths: secrets.flatMap((key) => [key, `*.${key}`]), censor: '…' },
  }
  return pino(options, sink)
}
