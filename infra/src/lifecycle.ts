/**
 * The life of a long-running command: what was started is closed in reverse order, once, whatever
 * ends it: a signal, the end of the starter, or a failure at start.
 */
import type { Logger } from 'pino'

type Close = (end: End) => unknown

export interface Lifecycle {
  /** Something to close at the end; the last one named is closed first. */
  onEnd(close: Close): void
  /** Aborted when the end has been asked for: a start that waits for something gives up. */
  readonly ending: AbortSignal
  /** Ends the command because a part of it cannot go on; `error` is what the command fails with. */
  fail(error: Error): void
}

/** `hurry`: whoever started us is gone, so nobody waits for a drain. */
interface End {
  readonly hurry: boolean
}

/**
 * One wish may come as several signals: a terminal, npm and a service manager each tell a whole group
 * of processes, and those tell each other.
 */
const sameWishMs = 250

/**
 * Runs a command until SIGTERM, Ctrl-C or the end of the process that started it, then closes
 * everything and exits with 0. A second signal exits at once. An error of `start` closes what was
 * started and is thrown on.
 */
export async function runUntilEnded(log: Logger, start: (life: Lifecycle) => Promise<void>): Promise<void> {
  const closers: Close[] = []
  let askedAt: number | undefined
  let end: End = { hurry: true }
  const ending = new AbortController()
  let fail: (error: Error) => void = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    fail = reject
    const ask = (why: string, hurry: boolean) => {
      const now = performance.now()
      if (askedAt !== undefined) {
        if (!hurry && now - askedAt < sameWishMs) return
        log.warn({ why }, 'asked again: exit at once')
        process.exit(1)
      }
      askedAt = now
      log.info({ why }, 'stopping')
      end = { hurry }
      ending.abort()
      resolve()
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
    const life = { onEnd: (close: Close) => closers.push(close), ending: ending.signal, fail }
    await Promise.race([start(life), ended])
    await ended
  } finally {
    await closeAll()
  }
}
