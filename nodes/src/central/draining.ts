/** Whether this node takes new players: its host may not want it any more, and an operator may order it. */
import type { Log } from '../log.ts'

export interface DrainOrder {
  readonly questMs: number
}

export interface Draining {
  readonly wanted: boolean
  /** Its host wants it, for good. */
  begin(): void
  /** What every answer of central's says. */
  ordered(drain: boolean, questSeconds: number | undefined): void
  /** One listener; told at once of an order that stands, again of one with another time, of null when it is taken back. */
  onOrder(listener: (order: DrainOrder | null) => void): void
}

/** Where central names none: the longest quest and the way home from it. */
const usualQuestSeconds = 3600

export function createDraining(log: Log, changed: () => void): Draining {
  let state = { here: false, ordered: false }
  let order: DrainOrder = { questMs: usualQuestSeconds * 1000 }
  let listener: (order: DrainOrder | null) => void = () => {}

  function set(next: typeof state): void {
    if (next.here === state.here && next.ordered === state.ordered) return
    const ordered = next.ordered !== state.ordered
    state = next
    if (ordered) {
      log.info({ drain: next.ordered }, 'an operator has ordered whether this node takes new players')
      listener(next.ordered ? order : null)
    }
    changed()
  }

  return {
    get wanted() {
      return state.here || state.ordered
    },
    begin: () => set({ ...state, here: true }),
    ordered(drain, questSeconds = usualQuestSeconds) {
      const questMs = questSeconds * 1000
      const otherTime = drain && state.ordered && questMs !== order.questMs
      order = { questMs }
      set({ ...state, ordered: drain })
      if (!otherTime) return
      log.info({ questSeconds }, 'an operator has ordered how long quests may go on')
      listener(order)
    },
    onOrder(wanted) {
      listener = wanted
      if (state.ordered) listener(order)
    },
  }
}
