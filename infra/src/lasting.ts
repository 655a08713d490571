/** What the long-running commands have in common: data folder, log, status file, an orderly end. */
import type { Logger } from 'pino'
import { lockFolder } from './folder-lock.ts'
import { giveBackSoon } from './give-back.ts'
import { type Lifecycle, runUntilEnded } from './lifecycle.ts'
import { type LogSink, openLog, openSink } from './log.ts'
import type { Config } from './settings.ts'
import { clearStatusFile, runningFile, type Status, writeStatusFile } from './status-file.ts'

export const lastingKeys = ['data', 'log', 'statusFile'] as const

export interface Lasting {
  readonly life: Lifecycle
  readonly log: Logger
  /** The data folder, which is this process's alone. */
  readonly folder: string
  /** For lines that workers have written. */
  readonly logSink: LogSink
  /** Everything listens: scripts are told through the status file. Again when something has changed. */
  ready(status: Omit<Status, 'pid'>): void
}

export async function runLasting(
  config: Config<(typeof lastingKeys)[number]>,
  start: (lasting: Lasting) => Promise<void>,
): Promise<void> {
  const logSink = await openSink(config.log)
  const log = openLog(logSink)
  const lock = await lockFolder(config.data)
  // In the data folder for `citygate doctor`, which is told nothing but the folder.
  const files = (folder: string) => [runningFile(folder), ...(config.statusFile ? [config.statusFile] : [])]
  for (const file of files(lock.path)) clearStatusFile(file)
  await runUntilEnded(log, async (life) => {
    life.onEnd(() => lock.release())
    let told = false
    await start({
      life,
      log,
      logSink,
      folder: lock.path,
      ready: (status) => {
        if (life.ending.aborted) return
        const removals = files(lock.path).map((file) =>
          writeStatusFile(file, { pid: process.pid, ...status }),
        )
        const remove = () => {
          for (const each of removals) each()
        }
        if (told) return
        told = true
        giveBackSoon(life)
        life.onEnd(remove)
        // Also when a second signal leaves no time to close.
        process.once('exit', remove)
      },
    })
  })
}
