/**
 * The `citygate` command of a machine that is a node and nothing else. Bundled by itself, it holds no
 * database and no route of central's, and is small in memory (docs/decisions/0105-bundles.md).
 */
import { node } from './commands/node.ts'
import { runProgram } from './program.ts'

await runProgram([node])
