/**
 * The program of a worker, thread or process: one node, told by its supervisor what to do. Ends with its
 * supervisor, by any means: a process when the channel ends, a thread with its process.
 */

import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { isMainThread, parentPort } from 'node:worker_threads'
import { throughHttp } from '@citygate/nodes/central'
import { type DoorName, type DoorPlan, RelayEnd, type RunningNode } from '@citygate/nodes/host'
import { Problem } from '@citygate/schema/contract'
import { ConfigError } from './config.ts'
import { lockFolder } from './folder-lock.ts'
import { endNode, runNode, statusOf } from './hosted-node.ts'
import { jsonSink, openLog } from './log.ts'
import { endWith } from './workers/guard.ts'
import { giveLastWord } from './workers/last-word.ts'
import { beatMs, type Failure, type FromWorker, type ToWorker } from './workers/messages.ts'

const tell = (message: FromWorker): void => {
  if (isMainThread) process.send?.(message)
  else parentPort?.postMessage(message)
}

let node: RunningNode | null = null
/** Told to stop while still starting. */
const stopping = new AbortController()
let end: (hurry: boolean) => Promise<void> = async () => {}
const shared = new Map<DoorName, object>()

async function start({ worker, config, job, identity }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  const toSupervisor = { write: (line: string) => tell({ type: 'log', line: line.trimEnd() }) }
  const log = openLog(isMainThread ? jsonSink() : toSupervisor).child({ worker })
  try {
    const lock = await lockOwn(job.home)
    const running = await runNode(
      config,
      { ...job, doors: withSockets(job.doors) },
      {
        central: { url: job.centralUrl, send: throughHttp() },
        identity,
        log,
        signal: stopping.signal,
        onArmed: (ticketHash, serverId) => tell({ type: 'armed', ticketHash, serverId }),
      },
    )
    node = running
    end = async (hurry) => {
      await endNode(running, config, hurry)
      lock.release()
    }
    void running.stopped.then(({ reason, words }) => {
      if (stopping.signal.aborted) return
      tell({ type: 'stopped', reason, words })
      leave(0)
    })
    tell({ type: 'serving', node: statusOf(running), rootFile: running.rootFile ?? null })
  } catch (error) {
    if (stopping.signal.aborted) return
    tell({
      type: 'failed',
      why: failureOf(error),
      message: error instanceof Error ? error.message : String(error),
    })
    leave(1)
  }
}

/** Whoever ran here before is gone, or goes within a second: his supervisor has ended. */
async function lockOwn(folder: string): Promise<{ release(): void }> {
  for (let tries = 1; ; tries++) {
    try {
      return await lockFolder(folder)
    } catch (error) {
      if (tries === 50) throw error
      await setTimeout(100)
    }
  }
}

function withSockets(doors: Partial<Record<DoorName, DoorPlan>>): Partial<Record<DoorName, DoorPlan>> {
  const lent = [...shared].map(([door, socket]) => [door, { by: 'shared-port', socket }] as const)
  return { ...doors, ...Object.fromEntries(lent) }
}

function failureOf(error: unknown): Failure {
  if (error instanceof ConfigError) return 'settings'
  return error instanceof Problem && error.code === 'unauthorized' ? 'unknown-node' : 'other'
}

async function stop(hurry: boolean): Promise<void> {
  stopping.abort(new Error('the worker is to stop'))
  try {
    await end(hurry)
  } finally {
    leave(0)
  }
}

/** What was told last still goes out. */
function leave(code: number): void {
  if (!isMainThread) setImmediate(() => process.exit(code))
  else if (process.connected)
    process.send?.({ type: 'beat', load: null } satisfies FromWorker, () => process.exit(code))
  else process.exit(code)
}

function hear(message: ToWorker, beside: unknown): void {
  switch (message.type) {
    case 'start':
      void start(message)
      break
    case 'stop':
      void stop(message.hurry)
      break
    case 'socket':
      // The peer may have left on the way.
      if (beside) adopt(message.door, beside as Socket, message.head)
      break
    case 'relay': {
      const { door, port, address, head } = message
      const end = new RelayEnd(port, address)
      end.on('error', () => undefined)
      // A socket in all that a conversation needs of one.
      if (node) node.adopt(door, end as unknown as Socket, head)
      else end.destroy()
      break
    }
    case 'shared':
      if (beside) shared.set(message.door, beside)
      break
  }
}

function adopt(door: DoorName, socket: Socket, head: string | undefined): void {
  socket.on('error', () => undefined)
  if (!node) socket.destroy()
  else node.adopt(door, socket, head === undefined ? undefined : Buffer.from(head, 'base64'))
}

if (isMainThread) {
  const [supervisor] = process.argv.slice(2)
  if (supervisor !== undefined) endWith(Number(supervisor))
  process.on('disconnect', () => process.exit(1))
  process.on('message', (message: ToWorker, beside: unknown) => hear(message, beside))
  // A terminal tells the whole group, a service manager too: the supervisor says what is to be done.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  process.on('SIGTERM', () => tell({ type: 'asked-to-end' }))
} else {
  giveLastWord(() => node?.stopListening())
  parentPort?.on('message', (message: ToWorker & { socket?: Socket }) => hear(message, message.socket))
}
setInterval(() => tell({ type: 'beat', load: node?.load() ?? null }), beatMs)
