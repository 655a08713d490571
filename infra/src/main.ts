/** The `citygate` command. */
import { admin } from './commands/admin.ts'
import { bots } from './commands/bots.ts'
import { central } from './commands/central.ts'
import { doctor } from './commands/doctor.ts'
import { migrate } from './commands/migrate.ts'
import { node } from './commands/node.ts'
import { nodes } from './commands/nodes.ts'
import { players } from './commands/players.ts'
import { restart } from './commands/restart.ts'
import { up } from './commands/up.ts'
import { runProgram } from './program.ts'

await runProgram([up, central, node, bots, doctor, restart, migrate], { admin, players, nodes })
