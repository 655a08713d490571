/** The `citygate` command. */
import { commands, groups } from './commands/index.ts'
import { runProgram } from './program.ts'

await runProgram(commands, groups)
