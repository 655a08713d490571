import { startBots } from '@citygate/test/bots'
import { command, wholeArgument } from '../command.ts'

export const bots = command({
  name: 'bots',
  summary: 'Simulated consoles that log in and play, against any address.',
  args: '<count>',
  keys: ['opn', 'tls', 'duration', 'seed'],
  listing: true,
  async run({ opn, tls, duration, seed }, { args: [text], json }) {
    const count = wholeArgument('count', text, 10_000)
    const say = (line: string) => json || console.log(line)
    const crowd = startBots({ count, opn, tls: tls === 'on', seed })
    const { arrived, failures, arrivalMs } = await crowd.settled
    say(`${arrived} of ${count} hunters stand in gates after ${(arrivalMs / 1000).toFixed(1)} s`)
    if (failures.length < count) await timeOrSignal(duration)
    const end = await crowd.stop('log-out')
    if (json) console.log(JSON.stringify(end))
    for (const { bot, phase, reason } of end.failures) say(`${bot} failed at ${phase}: ${reason}`)
    say(`${end.framesIn} frames in, ${end.framesOut} out, ${end.failures.length} failures`)
    if (end.failures.length > 0) process.exitCode = 1
  },
})

function timeOrSignal(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000)
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
