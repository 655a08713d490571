/** Wakeups over LISTEN and NOTIFY, where connections last. */
import type { Sql } from 'postgres'
import type { Wakeups } from '../deps.ts'
import type { Log } from '../log.ts'

const channel = 'citygate'

/** Resolves when it listens. Ends with the client. */
export async function listenForWakeups(client: Sql, log: Log): Promise<Wakeups> {
  const sleepers = new Map<string, Set<() => void>>()

  const wakeAll = () => {
    for (const waiting of sleepers.values()) for (const wake of waiting) wake()
  }
  const wakeOn = (topic: string) => {
    for (const wake of sleepers.get(topic) ?? []) wake()
  }
  // Whoever sleeps while the connection is made anew may have missed something.
  await client.listen(channel, wakeOn, wakeAll)

  return {
    subscribe(topics, wake) {
      for (const topic of topics) {
        const waiting = sleepers.get(topic) ?? new Set()
        sleepers.set(topic, waiting.add(wake))
      }
      return () => {
        for (const topic of topics) {
          const waiting = sleepers.get(topic)
          waiting?.delete(wake)
          if (waiting?.size === 0) sleepers.delete(topic)
        }
      }
    },
    wakeHere: wakeOn,
    async publish(topics) {
      try {
        await client`select pg_notify(${channel}, topic) from jsonb_array_elements_text(${JSON.stringify(topics)}::text::jsonb) topic`
      } catch (error) {
        log.warn({ err: error }, 'a wake-up was not sent; who waits for it hears of it when his hold ends')
      }
    },
  }
}
