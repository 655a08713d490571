/** The driver when its line to the database breaks in the middle of transactions: patches/postgres.mjs. */
import { once } from 'node:events'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { testDatabase } from '@citygate/test/postgres'
import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { codeOf } from '../db/postgres-errors.ts'
import { connect } from './database.ts'

/** A line to the database that can be cut, as a killed database does it. */
async function cuttable(url: string) {
  const to = new URL(url)
  const { hostname, port } = to
  const lines = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    const database = connectTcp(Number(port), hostname)
    lines.add(socket)
    socket.pipe(database).pipe(socket)
    for (const [one, other] of [
      [socket, database],
      [database, socket],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
    socket.on('close', () => lines.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  to.port = String(typeof address === 'object' && address?.port)
  return {
    url: to.href,
    cut(how: 'fin' | 'reset') {
      for (const socket of lines) how === 'fin' ? socket.destroy() : socket.resetAndDestroy()
    },
    close: () => server.close(),
  }
}

/** Asks again where the line turns out to be gone only when it is used. */
async function three(client: Sql): Promise<unknown> {
  for (;;) {
    try {
      return (await client`select 3 as three`)[0]?.three
    } catch (error) {
      if (codeOf(error) !== 'CONNECTION_CLOSED' && codeOf(error) !== 'ECONNRESET') throw error
    }
  }
}

test.each(['fin', 'reset'] as const)(
  'a line that breaks by %s in a transaction is made anew',
  async (how) => {
    await using database = await testDatabase({ migrated: false })
    const line = await cuttable(database.url)
    const { client } = connect(line.url, 2)
    for (let round = 0; round < 5; round++) {
      const broken = Array.from({ length: 2 }, () =>
        client.begin(async (tx) => {
          await tx`select 1`
          line.cut(how)
          // Whatever the transaction does meanwhile: it goes on without having heard.
          for (let step = 0; step < 20; step++) {
            await new Promise((next) => setImmediate(next))
            await tx`select 2`
          }
        }),
      )
      const outcomes = await Promise.allSettled(broken)
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(await Promise.all([three(client), three(client)])).toEqual([3, 3])
    }
    await client.end()
    line.close()
  },
)
