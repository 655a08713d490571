/** One node put together: ports, link, dialogues, world. */
export { silentLog } from '../log.ts'
export { systemClock } from './clock.ts'
export { PortUnavailable } from './door.ts'
export { type NodeOptions, type RunningNode, startNode } from './start-node.ts'
