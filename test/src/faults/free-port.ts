import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 that nobody listens on now: for a program that has to come back at the same one. From below the ports that
 * systems give to connections and to who asks for any, so that nobody gets it by chance while the program is away.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((told) => {
      server.once('error', () => told(false))
      server.listen(port, '127.0.0.1', () => told(true))
    })
    if (!isFree) continue
    await new Promise((closed) => server.close(closed))
    return port
  }
  throw new Error('no port is free')
}
