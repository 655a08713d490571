/**
 * One end of hand-over.bench.ts, run as a process of its own. `direct` greets and serves by itself, as a
 * node with ports of its own; `processes` and `threads` have an acceptor in front of two others. Tells its
 * port, and its own CPU time in microseconds whenever asked.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'
import { silentLog } from '../../log.ts'
import { Acceptor, type Arrival } from '../acceptor.ts'
import { relay } from '../relay.ts'

const [kind] = process.argv.slice(2)
const heirFile = new URL('./heir.ts', import.meta.url)
const onArrival = await heirsOf(kind)

const acceptor = await Acceptor.take({
  bind: '127.0.0.1',
  ports: { fmp: 0 },
  helloMs: 0,
  log: silentLog,
  limits: { openings: 4096, perAddress: 4096 },
  onEntry: (_, socket) => socket.destroy(),
  onArrival,
  movesSockets: kind === 'processes',
})
acceptor.open()
process.on('disconnect', () => process.exit())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.send?.(acceptor.ports.fmp)

async function heirsOf(of: string | undefined): Promise<(arrival: Arrival) => void> {
  let next = 0
  if (of === 'direct') {
    return ({ socket, head }) => {
      socket.write(head)
      socket.pipe(socket)
    }
  }
  if (of === 'threads') {
    const heirs = [0, 1].map(() => new Worker(heirFile))
    return ({ socket, head }) => {
      const { port1, port2 } = new MessageChannel()
      heirs[next++ % 2]?.postMessage({ port: port2, head }, [port2])
      relay(socket, port1)
    }
  }
  const heirs: ChildProcess[] = [0, 1].map(() => fork(fileURLToPath(heirFile), []))
  await Promise.all(heirs.map((heir) => once(heir, 'message')))
  return ({ socket, head }) => {
    heirs[next++ % 2]?.send(Buffer.from(head).toString('base64'), socket, { keepOpen: false })
  }
}
