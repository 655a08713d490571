/**
 * What this node still has to tell central: presence as a difference, releases at least
 * once. What a call took is put back when the call fails; a newer word about the same player wins.
 * Pure: no clock, no calls.
 */
import type { Input, Presence, Release, syncNode } from '@citygate/schema/contract'

type SyncBody = Input<typeof syncNode>['body']
interface Fenced {
  readonly capcomId: string
  readonly fence: number
}

/** The part of one call that comes from the outbox. */
export type Draw = Pick<SyncBody, 'draining' | 'presence' | 'releases'>

export interface Outbox {
  /** Something waits to be told. */
  hasNews(): boolean
  show(presence: Presence): void
  /** Tells the end of a hold; it is no longer shown. */
  release(release: Release): void
  /** The hold is not this node's any more: nothing is told about it from now on. */
  forget(hold: Fenced): void
  drain(wanted: boolean): void
  /** Takes what the next call carries, within the bounds of one call. */
  draw(): Draw
  /** The call never got an answer: what it carried waits again. */
  putBack(draw: Draw): void
  /** What central said about presence: its generation, and whether it wants everybody anew. */
  heard(presence: { readonly generation: string; readonly wantFull: boolean }): void
}

/** Bounds of one call, so that its body stays well under a megabyte. */
const mostPresence = 2000
const mostReleases = 2000

/** `mayRelease`: everything that was written for the player has been decided; his fence may go. */
export function createOutbox(mayRelease: (capcomId: string) => boolean = () => true): Outbox {
  const present = new Map<string, Presence>()
  const changed = new Set<string>()
  let releases: Release[] = []
  let generation: string | null = null
  let fullWanted = true
  let draining = false
  let drainingUnsaid = false
  /** It has been another way before: a call that was lost may have been the one that told it. */
  let drainingChanged = false

  function hide({ capcomId, fence }: Fenced): void {
    if (present.get(capcomId)?.fence !== fence) return
    changed.delete(capcomId)
    present.delete(capcomId)
  }

  function drawPresence(): Draw['presence'] {
    const full = fullWanted
    fullWanted = false
    if (full) for (const capcomId of present.keys()) changed.add(capcomId)
    // Nobody goes without a release, and a release says it.
    return { generation, full, set: takeChanged(), gone: [] }
  }

  function takeChanged(): Presence[] {
    const set: Presence[] = []
    for (const capcomId of changed) {
      const presence = present.get(capcomId)
      if (set.length === mostPresence) break
      changed.delete(capcomId)
      if (presence) set.push(presence)
    }
    return set
  }

  const isDue = ({ capcomId }: Release) => mayRelease(capcomId)

  function takeReleases(): Release[] {
    const due = releases.filter(isDue).slice(0, mostReleases)
    const taken = new Set(due)
    releases = releases.filter((release) => !taken.has(release))
    return due
  }

  return {
    hasNews: () => fullWanted || drainingUnsaid || changed.size > 0 || releases.some(isDue),

    show(presence) {
      present.set(presence.capcomId, presence)
      changed.add(presence.capcomId)
    },

    release(release) {
      hide(release)
      releases.push(release)
    },

    forget(hold) {
      hide(hold)
    },

    drain(wanted) {
      if (wanted === draining) return
      draining = wanted
      drainingUnsaid = true
      drainingChanged = true
    },

    draw() {
      drainingUnsaid = false
      return {
        draining,
        presence: drawPresence(),
        releases: takeReleases(),
      }
    },

    putBack(draw) {
      drainingUnsaid ||= drainingChanged
      fullWanted ||= draw.presence.full
      for (const { capcomId } of draw.presence.set) if (present.has(capcomId)) changed.add(capcomId)
      releases = [...draw.releases, ...releases]
    },

    heard(presence) {
      fullWanted ||= presence.wantFull || (generation !== null && generation !== presence.generation)
      generation = presence.generation
    },
  }
}
