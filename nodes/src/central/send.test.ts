import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { throughHttp } from './send.ts'

let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?q=1`
}

const alive = () => new AbortController().signal

describe('lasting connections', () => {
  test('brings method, path, headers and body over, and the whole answer back', async () => {
    const seen: string[] = []
    const answer = 'ä'.repeat(200_000)
    const url = await serving((request, response) => {
      const { method, url: path, headers } = request
      request.setEncoding('utf8').on('data', (chunk: string) => seen.push(chunk))
      request.on('end', () => {
        seen.unshift(`${method} ${path} ${headers.authorization} ${headers['content-length']}`)
        response.writeHead(418).end(answer)
      })
    })
    const headers = { authorization: 'Bearer k' }
    const told = await throughHttp()({ method: 'POST', url, headers, body: '{"name":"ä"}', signal: alive() })
    expect(seen.join('|')).toBe('POST /path?q=1 Bearer k 13|{"name":"ä"}')
    expect(told).toEqual({ status: 418, text: answer })
  })

  test('keeps its connection for the next call', async () => {
    const ports = new Set<number | undefined>()
    const url = await serving((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('{}')
    })
    const send = throughHttp()
    for (let i = 0; i < 5; i++) await send({ method: 'GET', url, headers: {}, signal: alive() })
    expect(ports.size).toBe(1)
  })

  test('does not use a connection for longer than the server keeps it', async () => {
    const ports: (number | undefined)[] = []
    const url = await serving((request, response) => {
      ports.push(request.socket.remotePort)
      response.writeHead(200, { 'keep-alive': 'timeout=1' }).end('{}')
    })
    const send = throughHttp()
    for (let i = 0; i < 2; i++) await send({ method: 'GET', url, headers: {}, signal: alive() })
    expect(new Set(ports).size).toBe(2)
  })

  test('opens a connection for each of many calls, and no more than it may', async () => {
    const connections = new Set<unknown>()
    const waiting: (() => void)[] = []
    const all = Promise.withResolvers<void>()
    const url = await serving((request, response) => {
      connections.add(request.socket)
      waiting.push(() => response.end('{}'))
      if (waiting.length === 64) all.resolve()
    })
    const send = throughHttp()
    const call = (signal: AbortSignal) => send({ method: 'GET', url, headers: {}, signal })
    const calls = Array.from({ length: 64 }, () => call(alive()))
    await all.promise
    const stop = new AbortController()
    const givenUp = call(stop.signal)
    const last = call(alive())
    stop.abort()
    await expect(givenUp).rejects.toMatchObject({ name: 'AbortError' })
    expect(connections.size).toBe(64)
    for (let end = waiting.shift(); end; end = waiting.shift()) end()
    await Promise.all(calls)
    await expect.poll(() => waiting.length).toBe(1)
    waiting[0]?.()
    expect(await last).toEqual({ status: 200, text: '{}' })
    expect(connections.size).toBe(64)
  })

  test('sends nothing that would end a header', async () => {
    const url = await serving((_, response) => response.end('{}'))
    const headers = { authorization: 'Bearer x\r\nx-role: operator' }
    const call = throughHttp()({ method: 'GET', url, headers, signal: alive() })
    await expect(call).rejects.toThrow('authorization holds what it must not')
  })

  test('rejects when the answer breaks off, before it or within it', async () => {
    const url = await serving((request, response) => {
      if (request.headers['x-early']) return request.socket.destroy()
      response.writeHead(200, { 'content-length': '100' }).write('half')
      return setImmediate(() => request.socket.destroy())
    })
    const send = throughHttp()
    const early = send({ method: 'GET', url, headers: { 'x-early': '1' }, signal: alive() })
    await expect(early).rejects.toThrow('hang up')
    await expect(send({ method: 'GET', url, headers: {}, signal: alive() })).rejects.toThrow('aborted')
  })

  test('rejects with the code of the system where nobody listens', async () => {
    const url = await serving(() => {})
    await new Promise((closed) => server.close(closed))
    const call = throughHttp()({ method: 'GET', url, headers: {}, signal: alive() })
    await expect(call).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('gives up when it is told to, and lets go of the connection', async () => {
    const gone = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const url = await serving((request) => {
      request.socket.once('close', () => gone.resolve())
      asked.resolve()
    })
    const stop = new AbortController()
    const call = throughHttp()({ method: 'GET', url, headers: {}, signal: stop.signal })
    await asked.promise
    stop.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
    await gone.promise
  })

  test('does not take an answer without an end', async () => {
    const url = await serving((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024)
      const write = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write)
      }
      write()
    })
    const call = throughHttp()({ method: 'GET', url, headers: {}, signal: alive() })
    await expect(call).rejects.toThrow('no end')
  })
})
