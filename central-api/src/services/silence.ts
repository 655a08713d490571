/**
 * Nodes that have no call here any more: most likely they are gone, up to a lease before that is sure. Nothing is decided
 * by it, and nothing written: consoles are offered others first (docs/decisions/0113-soft-caps.md). It is known of this
 * instance's own connections, where calls are held.
 */
import type { Directory } from '@citygate/schema/contract'
import type { Deps } from '../deps.ts'
import type { CountedDirectory } from './directory.ts'

/** A node whose held call has ended makes the next one within a second; after a lost one it may take a little longer. */
const silentAfterMs = 3000
/** Behind every node with a load. */
const lastOfAll = 1_000_000

interface Calls {
  underWay: number
  timer?: ReturnType<typeof setTimeout>
}

interface Heard {
  readonly calls: Map<string, Calls>
  /** Another one whenever it changes. */
  silent: ReadonlySet<string>
}

/** One for each app of this process. */
const heardBy = new WeakMap<Deps, Heard>()

function heardOf(deps: Deps): Heard {
  const heard = heardBy.get(deps) ?? { calls: new Map(), silent: new Set() }
  heardBy.set(deps, heard)
  return heard
}

/** A call of a node is under way, until the function that comes back is called. Each node of ours has one that is held. */
export function callOf(deps: Deps, nodeId: string, isHeld: boolean): () => void {
  const heard = heardOf(deps)
  const calls = heard.calls.get(nodeId) ?? { underWay: 0 }
  heard.calls.set(nodeId, calls)
  calls.underWay++
  clearTimeout(calls.timer)
  if (heard.silent.has(nodeId)) heard.silent = new Set([...heard.silent].filter((one) => one !== nodeId))
  return () => {
    calls.underWay--
    if (calls.underWay > 0) return
    heard.calls.delete(nodeId)
    if (!isHeld || deps.ending?.aborted) return
    heard.calls.set(nodeId, calls)
    calls.timer = setTimeout(() => {
      heard.calls.delete(nodeId)
      heard.silent = new Set([...heard.silent, nodeId])
      deps.wakeups?.wakeHere('directory')
    }, silentAfterMs)
    calls.timer.unref()
  }
}

const offeredBy = new WeakMap<
  CountedDirectory,
  { readonly silent: ReadonlySet<string>; readonly directory: Directory }
>()

/** As nodes are told it. */
export function offered(deps: Deps, counted: CountedDirectory): Directory {
  const { silent } = heardOf(deps)
  const made = offeredBy.get(counted)
  if (made?.silent === silent) return made.directory
  const last = counted.entries.filter(({ nodeId }) => silent.has(nodeId))
  const directory = {
    ...counted,
    // Beyond its soft cap from the first player on.
    servers: counted.servers.map(({ nodeId, ...server }) =>
      nodeId !== null && silent.has(nodeId) ? { ...server, soft: 0 } : server,
    ),
    entries: [
      ...counted.entries.filter((entry) => !last.includes(entry)),
      ...last.map((entry) => ({ ...entry, load: lastOfAll + (entry.load ?? 0) })),
    ],
  }
  offeredBy.set(counted, { silent, directory })
  return directory
}
