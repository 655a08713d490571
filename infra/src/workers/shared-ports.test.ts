/** Sockets that outlive who listens on them. The whole of it, under load: test/machine/reuse-port.machine.test.ts. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { SharedPorts } from './shared-ports.ts'

let ports: SharedPorts | undefined
afterEach(() => ports?.close())

async function lent() {
  const sharedPorts = new SharedPorts('127.0.0.1', 'threads')
  ports = sharedPorts
  expect(await sharedPorts.tryLending()).toBe(true)
  /** As a thread listens: on what it was lent for it alone. */
  const listen = async () => {
    const { port, socket } = sharedPorts.of('opn', 0, 0)
    const [own] = await sharedPorts.lend(socket ? [['opn', socket]] : [])
    const server = createServer((one) => one.end('served'))
    server.listen(own?.[1])
    return { port, server }
  }
  return { sharedPorts, listen }
}

test('who connects while nobody listens on a lent socket waits for the next one', async () => {
  const { listen } = await lent()
  const first = await listen()
  first.server.close()
  await once(first.server, 'close')
  const guest = connect(first.port, '127.0.0.1')
  await once(guest, 'connect')
  const second = await listen()
  expect(String((await once(guest, 'data'))[0])).toBe('served')
  second.server.close()
})

test('each worker has a socket of its own on the same port', async () => {
  const { sharedPorts } = await lent()
  const [one, two] = [0, 1].map((index) => sharedPorts.of('opn', index, 0))
  expect(two?.port).toBe(one?.port)
  expect(two?.socket).not.toBe(one?.socket)
})

test('where sockets cannot be lent, workers are told the port alone', () => {
  const untried = new SharedPorts('127.0.0.1', 'threads')
  ports = untried
  const [one, two] = [0, 1].map((index) => untried.of('opn', index, 0))
  expect([one?.socket, two?.socket]).toEqual([null, null])
  expect(two?.port).toBe(one?.port)
})
