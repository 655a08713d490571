/**
 * Population and node status as they change, for any number of listeners at the price of one reader: while
 * somebody listens, this process looks every two seconds, and tells what is not as before.
 */
import { Problem } from '@citygate/schema/contract'
import { withoutValues } from '../db/postgres-errors.ts'
import { transact } from '../db/transaction.ts'
import type { Deps, Wakeups } from '../deps.ts'
import { listNodes } from './nodes-view.ts'
import { listServers } from './servers-view.ts'
import { readStats } from './stats.ts'

const lookEveryMs = 2000
const heartbeatEveryMs = 15_000
const listenersAtMost = 500
/** Of one listener: whoever does not read so much in time is let go. */
const unreadAtMost = 64

type Send = (text: string) => void

interface Hub {
  readonly listeners: Set<Send>
  /** The newest of each kind, for those who come. */
  readonly newest: Map<string, string>
  /** Ends the looking; null while nobody listens. */
  stop: (() => void) | null
}

const hubs = new WeakMap<Wakeups, Hub>()

/**
 * @throws Problem `not_offered` where a process does not last, `rate_limited` when too many listen
 */
export async function openEvents(deps: Deps, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const { wakeups } = deps
  if (!wakeups) {
    throw new Problem('not_offered', 'Nothing lasts here between requests: ask /v1/stats from time to time.')
  }
  const hub = hubs.get(wakeups) ?? { listeners: new Set(), newest: new Map(), stop: null }
  hubs.set(wakeups, hub)
  if (hub.listeners.size >= listenersAtMost) {
    throw new Problem('rate_limited', 'Too many listen already.', undefined, { retryAfter: 30 })
  }
  if (!hub.stop) await look(deps, hub)
  return listen(deps, hub, signal)
}

function listen(deps: Deps, hub: Hub, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let leave = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(stream) {
        const send: Send = (text) => {
          if ((stream.desiredSize ?? 0) <= 0) leave()
          else stream.enqueue(encoder.encode(text))
        }
        const heartbeat = setInterval(() => send(': \n\n'), heartbeatEveryMs)
        leave = () => {
          if (!hub.listeners.delete(send)) return
          clearInterval(heartbeat)
          for (const gone of [signal, deps.ending]) gone?.removeEventListener('abort', leave)
          if (hub.listeners.size === 0) hub.stop?.()
          try {
            stream.close()
          } catch {
            // The reader has gone first.
          }
        }
        hub.listeners.add(send)
        for (const text of hub.newest.values()) send(text)
        for (const gone of [signal, deps.ending]) {
          if (gone?.aborted) leave()
          gone?.addEventListener('abort', leave, { once: true })
        }
        if (hub.listeners.size > 0) hub.stop ??= keepLooking(deps, hub)
      },
      cancel: () => leave(),
    },
    new CountQueuingStrategy({ highWaterMark: unreadAtMost }),
  )
}

function keepLooking(deps: Deps, hub: Hub): () => void {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    try {
      await look(deps, hub)
    } catch (error) {
      deps.log.debug({ err: withoutValues(error) }, 'listeners to events wait: the database does not answer')
    } finally {
      busy = false
    }
  }, lookEveryMs)
  return () => {
    clearInterval(timer)
    hub.stop = null
    hub.newest.clear()
  }
}

async function look(deps: Deps, hub: Hub): Promise<void> {
  const seen = await transact(deps, async (tx) => {
    const { at: _, ...stats } = await readStats(tx)
    // Times of reports change all the time, and are no news.
    const nodes = (await listNodes(tx)).map(({ reportedAt: _, load: _load, ...node }) => node)
    return { stats, nodes: { items: nodes }, servers: { items: await listServers(tx) } }
  })
  for (const [kind, data] of Object.entries(seen)) {
    const text = `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
    if (hub.newest.get(kind) === text) continue
    hub.newest.set(kind, text)
    for (const send of hub.listeners) send(text)
  }
}
