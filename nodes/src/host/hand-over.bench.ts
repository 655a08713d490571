/**
 * What it costs to hand a greeted connection on: connections per second and CPU time of the acceptor for
 * each, to processes (the socket moves) and to threads (its bytes are relayed), beside a process that
 * greets and serves by itself. Then the same for a kilobyte that goes to and fro on an open connection.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AnsConnection, ConnectionData, encodeFrame, ReqConnection } from '../pat/index.ts'

const connections = 4000
const warmUp = 500
const atOnce = 32
const rounds = 200
const hello = encodeFrame(ReqConnection, 0, { unused: 0 }).length
const introduction = encodeFrame(AnsConnection, 0, {
  connectionData: ConnectionData.of({ patTicket: randomBytes(16) }),
})
const kilobyte = randomBytes(1024)

async function cpuMicros(acceptor: ChildProcess): Promise<number> {
  acceptor.send('cpu')
  const [micros] = await once(acceptor, 'message')
  return micros
}

/** Greets, introduces itself, hears it all back, and then talks for some rounds. */
function visit(port: number, talk: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let due = hello
    let said = -1
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      due -= chunk.length
      if (due > 0) return
      said++
      if (said > talk) {
        socket.destroy()
        resolve()
        return
      }
      const next = said === 0 ? introduction : kilobyte
      due = next.length
      socket.write(next)
    })
  })
}

async function crowd(port: number, count: number, talk: number): Promise<void> {
  let left = count
  const one = async (): Promise<void> => {
    while (left-- > 0) await visit(port, talk)
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

async function measure(kind: string) {
  const file = fileURLToPath(new URL('./testing/acceptor-process.ts', import.meta.url))
  const acceptor = fork(file, [kind])
  const [port] = await once(acceptor, 'message')
  await crowd(port, warmUp, 0)
  const cpuBefore = await cpuMicros(acceptor)
  const begun = performance.now()
  await crowd(port, connections, 0)
  const seconds = (performance.now() - begun) / 1000
  const cpu = (await cpuMicros(acceptor)) - cpuBefore
  const talkBefore = await cpuMicros(acceptor)
  await crowd(port, atOnce * 4, rounds)
  const talkCpu = (await cpuMicros(acceptor)) - talkBefore
  acceptor.disconnect()
  return {
    perSecond: Math.round(connections / seconds),
    acceptorMicrosPerConnection: Math.round(cpu / connections),
    acceptorMicrosPerRound: Math.round((10 * talkCpu) / (atOnce * 4 * rounds)) / 10,
  }
}

const direct = await measure('direct')
const processes = await measure('processes')
const threads = await measure('threads')
const report = {
  bench: 'hand-over',
  results: {
    ...{ direct, processes, threads },
    rateToDirect: {
      processes: Math.round((100 * processes.perSecond) / direct.perSecond) / 100,
      threads: Math.round((100 * threads.perSecond) / direct.perSecond) / 100,
    },
  },
  caveats: [
    `loopback, ${atOnce} connections at a time, the consoles on the same cores`,
    'a connection: accept, greet, read AnsConnection, hand over, hear it back, close. A round: one kilobyte to and fro',
    'the CPU time of processes is that of the acceptor alone; of threads that of acceptor and heirs, which are one process; of direct everything',
  ],
}
process.stdout.write(`${JSON.stringify(report)}\n`)
