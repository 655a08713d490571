/** What an operator orders about a drain, carried out: the players go, the ports stay, and it can be taken back. */
import type { Clock } from '../central/clock.ts'
import type { Link } from '../central/open-link.ts'
import type { Crowd } from '../game/index.ts'
import type { Log } from '../log.ts'
import { type Drain, drainCrowd } from './drain.ts'

/** How often an emptied node is looked at. */
const lookEveryMs = 1000

export interface DrainOrdersParts {
  readonly drainMs: number
  readonly clock: Clock
  readonly log: Log
}

/** Returns the end of it. */
export function followDrainOrders(
  link: Pick<Link, 'onDrainOrder'>,
  crowd: Crowd,
  { drainMs, clock, log }: DrainOrdersParts,
): () => void {
  let running: Drain | null = null
  let ended = false
  let cancelWatch = () => {}

  function begin(questMs: number): void {
    const drain = drainCrowd(crowd, { drainMs, questMs }, clock)
    running = drain
    void drain.done.then((empty) => {
      if (running !== drain) return
      running = null
      log.info({ empty }, 'drained as an operator has ordered')
      watch(questMs)
    })
  }

  /** Travellers with a place kept still arrive when the node is empty already. */
  function watch(questMs: number): void {
    cancelWatch = clock.after(lookEveryMs, () =>
      crowd.members().length > 0 ? begin(questMs) : watch(questMs),
    )
  }

  link.onDrainOrder((order) => {
    if (ended) return
    cancelWatch()
    if (order && running) return running.allow(order.questMs)
    running?.callOff()
    running = null
    if (order) begin(order.questMs)
  })
  return () => {
    ended = true
    cancelWatch()
    // A drain of the host's own goes on with the count-down: nobody is told that he may stay.
    running?.end()
    running = null
  }
}
