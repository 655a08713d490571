/** One node put together: ports, link, dialogues, world. */
export { silentLog } from '../log.ts'
export { systemClock } from './clock.ts'
export { type DoorName, PortUnavailable } from './door.ts'
export type { DoorPlan, DoorPlans } from './door-plan.ts'
export { type NodeOptions, type RunningNode, startNode } from './start-node.ts'
