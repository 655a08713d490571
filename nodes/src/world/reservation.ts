/** A city that somebody is about to create (game.md 1.6; gap 23 closed: it has an owner and an end). */
import { announceCity } from './announce.ts'
import { type Step, Turn, unasked } from './turn.ts'
import type { City, Gate, Player, World } from './world.ts'

/** How long a city stays reserved, in milliseconds (game.md 4.10). */
export const reservationTime = 40_000

const reservedBy = (gate: Gate, owner: Player): City | undefined =>
  gate.madeCities.find((city) => city.reservation?.owner === owner)

/** Frees what the actor had reserved in the gate; the gate hears that the city is free. */
export function releaseReservation(turn: Turn, gate: Gate): void {
  const city = reservedBy(gate, turn.actor)
  if (!city) return
  city.reservation = undefined
  announceCity(turn, city)
}

/**
 * Frees every reservation whose time is over at `now`. The owner hears it too: his client forgets
 * the reservation by it (extras.md 8.2).
 */
export function expireReservations(world: World, now: number): Step {
  const notices = []
  for (const server of world.servers.values())
    for (const gate of server.gates) {
      if (gate.members.size === 0) continue
      for (const city of gate.madeCities) {
        if (!city.reservation || city.reservation.until > now) continue
        const turn = new Turn(world, city.reservation.owner, unasked)
        city.reservation = undefined
        announceCity(turn, city, gate.members.occupants)
        notices.push(...turn.notices)
      }
    }
  return { notices, refused: undefined }
}
