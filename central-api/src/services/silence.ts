/**
 * Nodes that have no call here any more: most likely they are gone, up to a lease before that is sure. Nothing is decided
 * by it, and nothing written: consoles are offered others first (docs/decisions/0113-soft-caps.md). It is known of this
 * instance's own connections, where calls are held; the database tells of a node that calls another instance by now.
 */
import type { Directory } from '@citygate/schema/contract'
import type { Deps } from '../deps.ts'
import type { Carrier, CountedDirectory } from './directory.ts'

/** A node whose held call has ended makes the next one within a second; after a lost one it may take a little longer. */
const silentAfterMs = 3000
/** Behind every node with a load. */
const lastOfAll = 1_000_000

/** A start of a node, and the number of a call of it. */
interface Said {
  readonly epoch: number
  readonly number: number
}

interface Calls {
  underWay: number
  last: Said
  timer?: ReturnType<typeof setTimeout>
}

interface Heard {
  readonly calls: Map<string, Calls>
  /** Nodes, with their last call here. Another one whenever it changes. */
  silent: ReadonlyMap<string, Said>
}

/** One for each app of this process. */
const heardBy = new WeakMap<Deps, Heard>()

function heardOf(deps: Deps): Heard {
  const heard = heardBy.get(deps) ?? { calls: new Map(), silent: new Map() }
  heardBy.set(deps, heard)
  return heard
}

/** A call of a node is under way, until the function that comes back is called. Each node of ours has one that is held. */
export function callOf(deps: Deps, nodeId: string, said: Said & { readonly holdMs: number }): () => void {
  const heard = heardOf(deps)
  const calls = heard.calls.get(nodeId) ?? { underWay: 0, last: said }
  heard.calls.set(nodeId, calls)
  calls.underWay++
  if (isLater(said, calls.last)) calls.last = said
  clearTimeout(calls.timer)
  if (heard.silent.has(nodeId)) heard.silent = new Map([...heard.silent].filter(([one]) => one !== nodeId))
  return () => {
    calls.underWay--
    if (calls.underWay > 0) return
    heard.calls.delete(nodeId)
    if (said.holdMs === 0 || deps.ending?.aborted) return
    heard.calls.set(nodeId, calls)
    calls.timer = setTimeout(() => {
      heard.calls.delete(nodeId)
      heard.silent = new Map([...heard.silent, [nodeId, calls.last]])
      deps.wakeups?.wakeHere('directory')
    }, silentAfterMs)
    calls.timer.unref()
  }
}

const offeredBy = new WeakMap<
  CountedDirectory,
  { readonly silent: ReadonlyMap<string, Said>; readonly directory: Directory }
>()

const isLater = (one: Said, other: Said): boolean =>
  one.epoch === other.epoch ? one.number > other.number : one.epoch > other.epoch

/** As nodes are told it. */
export function offered(deps: Deps, counted: CountedDirectory): Directory {
  const { silent } = heardOf(deps)
  const made = offeredBy.get(counted)
  if (made?.silent === silent) return made.directory
  const isSilent = ({ nodeId, epoch, lastSync }: Carrier): boolean => {
    const last = silent.get(nodeId ?? '')
    return last !== undefined && !isLater({ epoch: epoch ?? 0, number: lastSync ?? 0 }, last)
  }
  const entries = counted.entries.map((entry) => {
    const { epoch, lastSync, ...told } = entry
    return isSilent(entry) ? { ...told, load: lastOfAll + told.load } : told
  })
  const directory = {
    ...counted,
    servers: counted.servers.map((server) => {
      const { nodeId, epoch, lastSync, ...told } = server
      // Beyond its soft cap from the first player on.
      return isSilent(server) ? { ...told, soft: 0 } : told
    }),
    entries: entries.toSorted((one, other) => one.load - other.load),
  }
  offeredBy.set(counted, { silent, directory })
  return directory
}
