/** A command line made of commands: parses, runs one, and tells by the exit code how it went. */
import { Command, CommanderError } from 'commander'
import { addCommand, type CommandSpec } from './command.ts'
import { ConfigError } from './config.ts'
import { codeOf, reasonOf } from './trouble.ts'

export interface CommandGroup {
  readonly summary: string
  // biome-ignore lint/suspicious/noExplicitAny: specs differ in their keys, and each is called with its own only
  readonly commands: readonly CommandSpec<any>[]
}

/** Ends the process: 0 done, 1 failed, 2 wrongly called. */
export async function runProgram(
  // biome-ignore lint/suspicious/noExplicitAny: as above
  commands: readonly CommandSpec<any>[],
  groups: Readonly<Record<string, CommandGroup>> = {},
): Promise<never> {
  const program = new Command('citygate')
    .description('The online world of Monster Hunter Tri, on machines its community already has.')
    .exitOverride()
  for (const spec of commands) addCommand(program, spec)
  for (const [name, { summary, commands: members }] of Object.entries(groups)) {
    const group = program.command(name).description(summary)
    for (const spec of members) addCommand(group, spec)
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
    const full = codeOf(error) === 'ENOSPC' ? `${reasonOf(error)}: ` : ''
    console.error(error instanceof Error ? `citygate: ${full}${error.message}` : error)
    process.exit(1)
  }
}
