/** Databases for tests: each its own, on the one cluster of this run. */
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'

export interface TestDatabase {
  /** `postgres://…`, migrated and empty. */
  readonly url: string
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** `migrated: false` gives one without tables. */
export async function testDatabase(options: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
  const answer = await fetch(`http://127.0.0.1:${inject('clusterPort')}/`)
  const admin = await answer.text()
  if (!answer.ok) throw new Error(`the cluster of the tests did not start: ${admin}`)
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = options.migrated === false ? 'template1' : 'template_citygate'
  await onCluster(admin, `create database ${name} template ${template}`)
  const close = () => onCluster(admin, `drop database if exists ${name} with (force)`)
  return { url: admin.replace(/citygate$/, name), close, [Symbol.asyncDispose]: close }
}

async function onCluster(url: string, statement: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await client.unsafe(statement)
  } finally {
    await client.end()
  }
}
