/**
 * The life of a long-running command: what was started is closed in reverse order, once, whatever
 * ends it: a signal, the end of the starter, or a failure at start.
 */
import type { Logger } from 'pino'

type Close = (end: End) => unknown

export interface Lifecycle {
  /** Something to close at the end; the last one named is closed first. */
  onEnd(close: Close): void
  /** Resolves when the end has been asked for. */
  readonly ended: Promise<End>
}

/** `hurry`: whoever started us is gone, so nobody waits for a drain. */
export interface End {
  readonly hurry: boolean
}

/**
 * Runs a command until SIGTERM, Ctrl-C or the end of the process that started it, then closes
 * everything and exits with 0. A second signal exits at once. An error of `start` closes what was
 * started and is thrown on.
 */
export async function runUntilEnded(log: Logger, start: (life: Lifecycle) => Promise<void>): Promise<void> {
  const closers: Close[] = []
  let asked = false
  let end: End = { hurry: true }
  const ended = new Promise<End>((resolve) => {
    const ask = (why: string, hurry: boolean) => {
      if (asked) {
        log.warn({ why }, 'asked again: exit at once')
        process.exit(1)
      }
      asked = true
      log.info({ why }, 'stopping')
      end = { hurry }
      resolve(end)
    }
    process.on('SIGTERM', () => ask('SIGTERM', false))
    process.on('SIGINT', () => ask('SIGINT', false))
    if (process.connected) process.once('disconnect', () => ask('the starter has ended', true))
  })
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close(end)
      } catch (error) {
        log.error({ err: error }, 'could not close cleanly')
      }
    }
  }
  try {
    await Promise.race([start({ onEnd: (close) => closers.push(close), ended }), ended])
    await ended
  } finally {
    await closeAll()
  }
}
