/** `citygate restart`: the workers of this host anew, one after the other. */
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { isHeard, wishForRestart } from '../rolling.ts'
import { readRunning } from '../status-file.ts'

const hearsWithinMs = 5000

export const restart = command({
  name: 'restart',
  summary:
    'Restart the workers of the citygate that runs on this data folder, one after the other; players of each are told, and may finish their quests. The same as SIGHUP.',
  keys: ['data'],
  async run({ data }) {
    const folder = resolve(data)
    const running = readRunning(folder)
    if (!running) throw new ConfigError(`data: no citygate runs on ${folder}`)
    if ((running.nodes?.length ?? 0) < 2) {
      throw new ConfigError(
        `data: the citygate on ${folder} has no workers that could take turns (--workers): stop it and start it again`,
      )
    }
    wishForRestart(folder)
    const until = performance.now() + hearsWithinMs
    while (!isHeard(folder) && performance.now() < until) await setTimeout(100)
    if (!isHeard(folder))
      throw new Error(`the citygate on ${folder} (process ${running.pid}) does not listen`)
    console.log(
      `The ${running.nodes?.length} workers are restarted one after the other; the log tells of each.`,
    )
  },
})
