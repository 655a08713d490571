/** `operator.key` in the data folder: readable by its owner alone. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

export async function readOperatorKey(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, 'operator.key'), 'utf8')).trim() || null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** On disk when it resolves; never half a key. */
export async function writeOperatorKey(folder: string, key: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const unfinished = join(folder, 'operator.key.unfinished')
  const file = await open(unfinished, 'w', 0o600)
  try {
    await file.writeFile(`${key}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished, join(folder, 'operator.key'))
}
