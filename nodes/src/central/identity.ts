/**
 * Who a node is: `node.json` in its data folder, readable by its owner alone. The key is made here
 * and leaves only as the bearer token of calls (docs/decisions/0050-a-nodes-key.md).
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { enrolNode, NodeId, Role } from '@citygate/schema/contract'
import { z } from 'zod'
import type { Call } from './client.ts'

const Identity = z.strictObject({
  nodeId: NodeId,
  name: z.string().min(1).max(63),
  key: z.string().regex(/^cgn_[\w-]{43}$/),
  /** What the enrolment token granted. */
  roles: z.array(Role).min(1),
})
export type Identity = z.infer<typeof Identity>

const fileName = 'node.json'

/**
 * Null where no node has been enrolled yet. Throws an Error in plain words when the file is there but is not
 * what `enrol` wrote: a new identity in its place would orphan the node's servers.
 */
export async function loadIdentity(folder: string): Promise<Identity | null> {
  const path = join(folder, fileName)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const parsed = Identity.safeParse(jsonOrNull(text))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ')
  throw new Error(`${path} is damaged (${fields}): restore it, or remove it and enrol this node anew`)
}

/**
 * Makes a key, enrols a node with its hash and keeps the identity in `folder`. `call` carries the
 * enrolment token as its key. Rejects as `Call` does, with `enrolment_refused` for a bad token.
 */
export async function enrol(call: Call, name: string, folder: string): Promise<Identity> {
  const key = `cgn_${randomBytes(32).toString('base64url')}`
  const keyHash = createHash('sha256').update(key).digest('hex')
  return await writeOwnFile(folder, fileName, async () => {
    const { nodeId, roles } = await call(enrolNode, { body: { name, keyHash } })
    const identity = { nodeId, name, key, roles }
    return { text: `${JSON.stringify(identity, null, 2)}\n`, result: identity }
  })
}

/** More than an identity takes. */
const roomBytes = 1024

/**
 * Whole or not at all, also when the machine stops in between. The room is taken before `make` is asked for the
 * text: what it costs (a use of a token) is not spent where the disk is full or may not be written to.
 */
async function writeOwnFile<T>(
  folder: string,
  name: string,
  make: () => Promise<{ text: string; result: T }>,
): Promise<T> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, name)
  const beside = `${path}.${process.pid}.new`
  try {
    const file = await open(beside, 'w', 0o600)
    let result: T
    try {
      await file.writeFile(' '.repeat(roomBytes))
      await file.sync()
      const made = await make()
      const { bytesWritten } = await file.write(made.text, 0)
      await file.truncate(bytesWritten)
      await file.sync()
      result = made.result
    } finally {
      await file.close()
    }
    await rename(beside, path)
    return result
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {})
    throw error
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
