/**
 * Whoever is handed connections by an acceptor, in a process or in a thread: sends back every byte that
 * the peer has said, those that came with the connection first.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isMainThread, type MessagePort, parentPort } from 'node:worker_threads'
import { RelayEnd } from '../relay.ts'

function echo(connection: Duplex, head: Uint8Array): void {
  connection.on('error', () => undefined)
  connection.write(head)
  connection.pipe(connection)
}

if (isMainThread) {
  process.on('disconnect', () => process.exit())
  process.on('message', (head: string, socket?: Socket) => {
    if (socket) echo(socket, Buffer.from(head, 'base64'))
  })
  process.send?.('here')
} else {
  type Given = { readonly port: MessagePort; readonly head: Uint8Array } | { readonly socket: Socket }
  parentPort?.on('message', (given: Given) => {
    if ('socket' in given) echo(given.socket, new Uint8Array(0))
    else echo(new RelayEnd(given.port, '127.0.0.1'), given.head)
  })
}
