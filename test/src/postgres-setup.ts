/**
 * One embedded cluster per vitest run, started when the first test asks for a database: vitest's
 * `globalSetup`. Tests ask through a port of this process, for they run in others.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareDatabase } from '@citygate/central-api/database'
import { type EmbeddedPostgres, startPostgres } from '@citygate/central-api/embedded'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests ask for the cluster. */
    clusterPort: number
  }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<{ server: EmbeddedPostgres; folder: string; url: string }> | null = null

  const desk = createServer(async (_, response) => {
    try {
      cluster ??= startCluster()
      response.end((await cluster).url)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((listening) => desk.listen(0, '127.0.0.1', listening))
  const address = desk.address()
  project.provide('clusterPort', typeof address === 'object' && address ? address.port : 0)

  return async () => {
    desk.close()
    desk.closeAllConnections()
    const { server, folder } = (await cluster) ?? {}
    await server?.close()
    if (folder) await rm(folder, { recursive: true, force: true })
  }
}

/** Gives the URL of the template; every test database is a copy of it. */
async function startCluster() {
  const folder = await mkdtemp(join(tmpdir(), 'citygate tests '))
  const server = await startPostgres({ folder, log: silent })
  const client = postgres(server.url, { max: 1 })
  await client`create database template_citygate`
  await client.end()
  const template = server.url.replace(/citygate$/, 'template_citygate')
  await prepareDatabase(template)
  return { server, folder, url: server.url }
}
