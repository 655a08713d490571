/** How the doors of a node come by their connections, where that is not a port of the node's own. */
import type { DoorName } from './door.ts'

export type DoorPlan =
  /** A port that other nodes of this host listen on too: the system spreads the connections. */
  | { readonly by: 'shared-port'; readonly socket: SharedSocket | null }
  /** Somebody else listens on `port` and hands the connections over. */
  | { readonly by: 'hand'; readonly port: number }
  /** Another node of this host has the door: consoles are told of its `port`. */
  | { readonly by: 'other-node'; readonly port: number }
  /** There is none. */
  | { readonly by: 'none' }

/** A listening or bound socket that came from the supervisor, as `server.listen` takes it. */
export type SharedSocket = object

export type DoorPlans = Partial<Readonly<Record<DoorName, DoorPlan>>>
