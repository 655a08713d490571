/** A community moves: from a Postgres to the embedded database and back, by the command alone. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { startCentral as start } from '../../central-api/src/adapters/node.ts'
import { silent } from '../../central-api/src/log.ts'
import { testCentral } from '../../central-api/src/testing/central.ts'
import { newHunter } from '../../central-api/src/testing/hunters.ts'
import { testDatabase } from '../../test/src/postgres.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'main.ts')

async function citygate(...args: readonly string[]) {
  const { stdout } = await run(process.execPath, [program, ...args], { cwd: tmpdir() })
  return stdout
}

const startCentral = (databaseUrl: string) => start({ databaseUrl, host: '127.0.0.1', port: 0, log: silent })

const refusal = (says: string) => expect.objectContaining({ code: 2, stderr: expect.stringContaining(says) })

const patience = { timeout: 120_000 }

test(
  'a community moves to the embedded database and back; its keys and hunters go along',
  patience,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'citygate move '))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const file = (name: string) => join(folder, name)
    const data = ['--data', file('data')]
    await using central = await testCentral('node')
    const hunter = await newHunter(central, await central.node())

    const told = JSON.parse(
      await citygate('admin', 'export', file('1.gz'), '--database', central.databaseUrl, '--json'),
    )
    expect(told.rows).toMatchObject({ players: 1, consoles: 1, nodes: 1 })
    await expect(citygate('admin', 'export', file('1.gz'), ...data)).rejects.toEqual(refusal('there already'))
    await expect(citygate('admin', 'export', file('2.gz'), ...data)).rejects.toEqual(
      refusal('no database in'),
    )

    await citygate('admin', 'import', file('1.gz'), ...data)
    await expect(citygate('admin', 'import', file('1.gz'), ...data)).rejects.toEqual(refusal('not empty'))
    const back = JSON.parse(await citygate('admin', 'export', file('2.gz'), ...data, '--json'))
    expect(back.rows).toMatchObject({ players: 1, consoles: 1, nodes: 1 })

    await using target = await testDatabase()
    await citygate('admin', 'import', file('2.gz'), '--database', target.url)
    const second = await startCentral(target.url)
    onTestFinished(() => second.close())
    const answer = await fetch(`${second.url}/v1/players/${hunter.capcomId}/record`, {
      headers: { authorization: `Bearer ${central.operatorKey}` },
    })
    expect(await answer.json()).toMatchObject({ capcomId: hunter.capcomId, version: 1 })

    const begun = await citygate('admin', 'new-incarnation', '--database', target.url)
    expect(begun).toMatch(/^The incarnation [0-9a-f-]{36} begins/)
  },
)
