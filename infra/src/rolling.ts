/**
 * A rolling restart, asked for from outside: SIGHUP where the system has it, and everywhere a file in the data folder, which
 * whoever may write there may put (`citygate restart`). Windows sends SIGHUP when a console window is closed: there only the file counts.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lasting } from './lasting.ts'

const lookEveryMs = 500
const wishFile = (folder: string): string => join(folder, 'restart.wanted')

export function wishForRestart(folder: string): void {
  writeFileSync(wishFile(folder), '')
}

/** The wish has been heard: whoever restarts has taken the file away. */
export const isHeard = (folder: string): boolean => !existsSync(wishFile(folder))

/** A terminal that is closed says so with SIGHUP: then everything ends, as Node.js has it. */
const onTerminal = (): boolean => process.stdin.isTTY === true || process.stdout.isTTY === true

/** One node has nobody to take turns with: whoever asks it to restart as a service is to cost nobody his game. */
export function survivingHangUp({ life, log }: Pick<Lasting, 'life' | 'log'>): void {
  if (process.platform === 'win32' || onTerminal()) return
  const onSignal = () =>
    log.warn({}, 'SIGHUP: a single node cannot be restarted while it runs: stop it and start it again')
  process.on('SIGHUP', onSignal)
  life.onEnd(() => process.off('SIGHUP', onSignal))
}

/** `restart` is never called while an earlier call is under way. */
export function onRestartWish(
  { folder, life, log }: Pick<Lasting, 'folder' | 'life' | 'log'>,
  restart: () => Promise<void>,
): void {
  const file = wishFile(folder)
  // From a time when nobody listened.
  rmSync(file, { force: true })
  let running = false
  const hear = async (why: string) => {
    if (running || life.ending.aborted) return
    running = true
    log.info({ why }, 'restarting the workers, one after the other')
    try {
      await restart()
      log.info({}, 'every worker has been restarted')
    } catch (error) {
      log.error({ err: error }, 'the workers were not all restarted')
    } finally {
      running = false
    }
  }
  const onSignal = () => void hear('SIGHUP')
  if (process.platform !== 'win32') process.on('SIGHUP', onSignal)
  // `watchFile` would take a wish that comes before its own first look for what was always there.
  const looking = setInterval(() => {
    if (!existsSync(file)) return
    rmSync(file, { force: true })
    void hear('citygate restart')
  }, lookEveryMs)
  looking.unref()
  life.onEnd(() => {
    clearInterval(looking)
    process.off('SIGHUP', onSignal)
  })
}
