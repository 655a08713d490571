/** The `citygate` command. */
import { Command, CommanderError } from 'commander'
import { addCommand } from './command.ts'
import { admin } from './commands/admin.ts'
import { bots } from './commands/bots.ts'
import { central } from './commands/central.ts'
import { migrate } from './commands/migrate.ts'
import { node } from './commands/node.ts'
import { nodes } from './commands/nodes.ts'
import { players } from './commands/players.ts'
import { up } from './commands/up.ts'
import { ConfigError } from './config.ts'

const program = new Command('citygate')
  .description('The online world of Monster Hunter Tri, on machines its community already has.')
  .exitOverride()
for (const spec of [up, central, node, bots, migrate]) addCommand(program, spec)
const groups = { admin, players, nodes }
for (const [name, { summary, commands }] of Object.entries(groups)) {
  const group = program.command(name).description(summary)
  for (const spec of commands) addCommand(group, spec)
}

try {
  await program.parseAsync()
  process.exit()
} catch (error) {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
  if (error instanceof ConfigError) {
    console.error(`citygate: ${error.message}`)
    process.exit(2)
  }
  console.error(error instanceof Error ? `citygate: ${error.message}` : error)
  process.exit(1)
}
