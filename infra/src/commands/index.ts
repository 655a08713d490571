/** Every command of `citygate`, and those that stand under one name. */
import { admin } from './admin.ts'
import { bots } from './bots.ts'
import { central } from './central.ts'
import { doctor } from './doctor.ts'
import { migrate } from './migrate.ts'
import { node } from './node.ts'
import { nodes } from './nodes.ts'
import { players } from './players.ts'
import { restart } from './restart.ts'
import { up } from './up.ts'

export const commands = [up, central, node, bots, doctor, restart, migrate]
export const groups = { admin, players, nodes }
