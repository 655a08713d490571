/** A node tells its host which ticket it has armed for which game server: an acceptor finds the way by it. */
import { hashOf } from '../central/entry-link.ts'
import type { EntryLink, Hold, WorldLink } from '../central/link.ts'
import type { Bytes } from '../pat/index.ts'

type Armed = (ticketHash: string, serverId: number) => void

/** The same links, and `armed` hears of every arming before the console does. */
export function tellingArmings(
  { entry, world }: { readonly entry: EntryLink; readonly world: WorldLink },
  armed: Armed,
): { readonly entry: EntryLink; readonly world: WorldLink } {
  /** The console shows one ticket at every server, and central is not told it again. */
  const tickets = new WeakMap<Hold, string>()
  return {
    entry: over(entry, {
      async armTicket(ticket: Bytes, serverId: number) {
        const target = await entry.armTicket(ticket, serverId)
        armed(hashOf(ticket), serverId)
        return target
      },
    }),
    world: over(world, {
      async claim(ticket: Bytes) {
        const hold = await world.claim(ticket)
        tickets.set(hold, hashOf(ticket))
        return hold
      },
      async arm(hold: Hold, serverId: number) {
        const target = await world.arm(hold, serverId)
        const ticketHash = tickets.get(hold)
        if (ticketHash !== undefined) armed(ticketHash, serverId)
        return target
      },
    }),
  }
}

/** What `own` does not have is the original's, its getters included. */
function over<T extends object>(original: T, own: Partial<T>): T {
  return Object.assign(Object.create(original) as T, own)
}
