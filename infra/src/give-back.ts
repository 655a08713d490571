/** What only a start needs goes back to the system, where memory is short. */
import type { Lifecycle } from './lifecycle.ts'

/** The first calls and what they bring are over. */
const settleMs = 2000

/**
 * A process that has started and does little collects nothing for hours, and keeps the code of its start. `gc` is there
 * where Node.js was started with `--expose-gc`: by the profile `modest` and by the launcher of a node.
 */
export function giveBackSoon(life: Lifecycle): void {
  const { gc } = globalThis
  if (!gc) return
  const timer = setTimeout(() => gc({ type: 'major', flavor: 'last-resort', execution: 'sync' }), settleMs)
  timer.unref()
  life.onEnd(() => clearTimeout(timer))
}
