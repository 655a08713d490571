/**
 * A fresh copy of the project on a path with spaces, started by a normal user with any Node.js from 20 on.
 * Needs Linux; where the tests run as root, the copy is given to a user without a name.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chown, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { NpmStart, plainEnvironment } from './npm-start.ts'

const root = join(import.meta.dirname, '../..')
const guest = { uid: 12_345, gid: 12_345 }

let folder: string
let realm: NpmStart | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate of a guest '))
})

afterEach(async () => {
  await realm?.clear()
  await rm(folder, { recursive: true, force: true })
})

/** Everything that a commit would hold, and the installed packages, which nobody changes. */
async function copyProject(to: string): Promise<void> {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root })
  for (const file of listed.toString().split('\0').filter(Boolean)) {
    await mkdir(dirname(join(to, file)), { recursive: true })
    // A file that is listed may have been deleted meanwhile.
    await copyFile(join(root, file), join(to, file)).catch(() => undefined)
  }
  const packages = [join(root, 'node_modules'), join(to, 'node_modules')]
  try {
    execFileSync('cp', ['-al', ...packages], { stdio: 'ignore' })
  } catch {
    execFileSync('cp', ['-a', ...packages])
  }
}

test('a normal user starts it twice, and plays', { timeout: 240_000 }, async () => {
  const clone = join(folder, 'my city gate')
  await copyProject(clone)
  const asGuest = process.getuid?.() === 0
  if (asGuest) {
    // Also the folder above must let the guest in.
    for (const path of [folder, clone]) await chown(path, guest.uid, guest.gid)
  }
  const closed = join(folder, 'closed')
  await mkdir(closed, { mode: 0o500 })
  // By the machine's own node: this project's may lie where a guest may not look.
  const refused = spawnSync('node', ['boot.mjs', 'infra/src/main.ts', 'up', '--data', closed], {
    cwd: clone,
    encoding: 'utf8',
    env: { ...plainEnvironment(), HOME: folder },
    ...(asGuest ? guest : {}),
  })
  expect(refused.error).toBeUndefined()
  expect(refused.stderr).toMatch(/^citygate: data: .*may not write there/m)
  expect(refused.status).toBe(2)

  const options = { folder, clone, flags: ['--tls', 'on'] }
  let capcomId: string | undefined
  let supportCode: string | undefined
  for (const name of ['Guest', undefined]) {
    realm = new NpmStart({ ...options, ...(asGuest ? { user: { ...guest, home: folder } } : {}) })
    const { nodes } = await realm.ready()
    const opn = nodes[0]?.opn ?? ''
    const console = await Console.logIn({ opn, tls: true, supportCode, name, slot: 1, patience: 30_000 })
    expect(console.capcomId).toBe(capcomId ?? console.capcomId)
    ;({ capcomId, supportCode } = console)
    await console.logOut()
    realm.signal('SIGTERM')
    await realm.gone()
    expect(realm.exitCode).toBe(0)
  }
})
