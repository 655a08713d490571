/**
 * What this machine can do, found out by trying. What is tried with brings parts of Node.js into memory that one node in
 * this process has no use for.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { availableParallelism, totalmem } from 'node:os'
import type { Transferable } from 'node:worker_threads'
import { canStopReading } from '@citygate/nodes/host'
import type { Machine } from './plan.ts'

/** Without `tries` it is as if nothing had worked: for a plan of one node, which needs none of it. */
export async function lookAtMachine(tries: boolean): Promise<Machine> {
  const limit = process.constrainedMemory()
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return {
    cores: availableParallelism(),
    memory,
    platform: process.platform,
    sharesPorts: tries && (await sharesPorts()),
    ...(tries ? await handOvers() : { movesSockets: false, stopsReading: false }),
  }
}

/** Two sockets on one port, or an error of the system. */
async function sharesPorts(): Promise<boolean> {
  const first = createServer()
  const second = createServer()
  try {
    await listen(first, 0)
    await listen(second, (first.address() as AddressInfo).port)
    return true
  } catch {
    return false
  } finally {
    first.close()
    second.close()
  }
}

/** Newer releases of Node.js move a socket that nobody has read from; how one is stopped is not documented. */
async function handOvers(): Promise<Pick<Machine, 'movesSockets' | 'stopsReading'>> {
  const server = createServer({ pauseOnConnect: true })
  await listen(server, 0, false)
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  const stopsReading = canStopReading(socket)
  const movesSockets = moves(socket)
  client.destroy()
  socket.destroy()
  server.close()
  return { movesSockets, stopsReading }
}

/** Whether a socket, or the bare handle of one, can be given to a thread. Where it can, it is gone: nobody receives it. */
export function moves(socket: object): boolean {
  const { MessageChannel } = process.getBuiltinModule('node:worker_threads')
  const { port1, port2 } = new MessageChannel()
  try {
    // The types know neither of them. What nobody receives is closed with the channel.
    port1.postMessage({ socket }, [socket as Transferable])
    return true
  } catch {
    return false
  } finally {
    port1.close()
    port2.close()
  }
}

async function listen(server: Server, port: number, reusePort = true): Promise<void> {
  const listening = once(server, 'listening')
  server.listen({ host: '127.0.0.1', port, reusePort })
  await listening
}
