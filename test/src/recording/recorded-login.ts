/** docs/recorded-login.md: one log-in, played by a console of ours against a fresh realm. */
import { Console } from '../console/index.ts'
import { Recording } from './recording.ts'

const introduction = `# A recorded log-in

Made by \`npm run docs\` from a real log-in of the scripted console (\`test/src/console\`) against a fresh realm; do not
edit. A test fails when this page is stale.

\`→\` is the console, \`←\` the server. What differs from one log-in to the next stands as a ‹label›: tickets, codes, ids,
addresses, times, counts, and versions and sizes of what an operator writes. Long lists and texts are cut. Every field is
explained in [packets.md](packets.md).
`

const titles = [
  'OPN: terms, announcement, and the way to LMP',
  'LMP, first visit: the account and its six slots',
  'LMP, second visit: the hunter, and the first game server',
  'FMP, first visit: the list that the player chooses from',
  'FMP, the chosen server: into a gate, and out again',
]

/** A fresh realm at `opn` is expected: the console and its hunter are new to it. */
export async function recordLogin(opn: string): Promise<string> {
  const recording = new Recording()
  const hunter = await Console.logIn({
    opn,
    tls: false,
    name: 'Hunter',
    random: () => 0,
    pick: () => 1,
    onPassed: recording.listen,
  })
  await hunter.enterGate(3)
  await hunter.leaveGate()
  await hunter.logOut()
  return introduction + recording.tables(titles)
}
