/** What the long-running commands have in common: data folder, log, status file, an orderly end. */
import type { Logger } from 'pino'
import { lockFolder } from './folder-lock.ts'
import { type Lifecycle, runUntilEnded } from './lifecycle.ts'
import { openLog } from './log.ts'
import type { Config } from './settings.ts'
import { clearStatusFile, type Status, writeStatusFile } from './status-file.ts'

export const lastingKeys = ['data', 'log', 'statusFile'] as const

export interface Lasting {
  readonly life: Lifecycle
  readonly log: Logger
  /** The data folder, which is this process's alone. */
  readonly folder: string
  /** Everything listens: scripts are told through the status file. */
  ready(status: Omit<Status, 'pid'>): void
}

export async function runLasting(
  config: Config<(typeof lastingKeys)[number]>,
  start: (lasting: Lasting) => Promise<void>,
): Promise<void> {
  const log = openLog(config.log)
  const lock = await lockFolder(config.data)
  if (config.statusFile) clearStatusFile(config.statusFile)
  await runUntilEnded(log, async (life) => {
    life.onEnd(() => lock.release())
    await start({
      life,
      log,
      folder: lock.path,
      ready: (status) => {
        if (!config.statusFile) return
        const remove = writeStatusFile(config.statusFile, { pid: process.pid, ...status })
        life.onEnd(remove)
        // Also when a second signal leaves no time to close.
        process.once('exit', remove)
      },
    })
  })
}
