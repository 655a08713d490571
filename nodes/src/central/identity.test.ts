import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCentral } from './client.ts'
import { enrol, loadIdentity } from './identity.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate identity '))
})
afterEach(() => rm(folder, { recursive: true }))

const nodeId = '0b9b5d2e-6a1f-4c6e-8a77-0c8c1f0f3a11'

test('a node makes its key, tells only the hash, and is the same node after a restart', async () => {
  const bodies: unknown[] = []
  const { call } = createCentral({
    url: 'http://central',
    key: 'token',
    fetch: async (request) => {
      bodies.push(await request.json())
      return Response.json({ nodeId, roles: ['entry', 'world'] })
    },
  })
  const home = join(folder, 'not yet there')
  const identity = await enrol(call, 'Loc Lac', home)

  const keyHash = createHash('sha256').update(identity.key).digest('hex')
  expect(bodies).toEqual([{ name: 'Loc Lac', keyHash }])
  expect(await loadIdentity(home)).toEqual(identity)
  expect(await readdir(home)).toEqual(['node.json'])
  expect((await stat(join(home, 'node.json'))).mode & 0o777).toBe(0o600)
})

test('nothing is written when central refuses', async () => {
  const { call } = createCentral({
    url: 'http://central',
    key: 'token',
    fetch: () =>
      Response.json(
        { type: 'about:blank', title: '', status: 403, detail: 'used up', code: 'enrolment_refused' },
        { status: 403 },
      ),
  })
  await expect(enrol(call, 'Loc Lac', folder)).rejects.toMatchObject({ code: 'enrolment_refused' })
  expect(await readdir(folder)).toEqual([])
})

test('a token is not used where what it is given for cannot be kept', async () => {
  let asked = 0
  const { call } = createCentral({
    url: 'http://central',
    key: 'token',
    fetch: () => {
      asked++
      return Response.json({ nodeId, roles: ['world'] })
    },
  })
  await writeFile(join(folder, 'a file'), '')
  await expect(enrol(call, 'Loc Lac', join(folder, 'a file', 'node'))).rejects.toThrow('ENOTDIR')
  expect(asked).toBe(0)
})

test('a damaged file is named, kept, and its key is not repeated', async () => {
  await writeFile(
    join(folder, 'node.json'),
    JSON.stringify({ nodeId, name: 'x', key: 'cgn_half', roles: ['world'] }),
  )
  const error = await loadIdentity(folder).catch((e: unknown) => e)
  expect(String(error)).toMatch(/node\.json is damaged \(key\)/)
  expect(String(error)).not.toContain('cgn_half')
  expect(await readFile(join(folder, 'node.json'), 'utf8')).toContain('cgn_half')

  await writeFile(join(folder, 'node.json'), '{')
  await expect(loadIdentity(folder)).rejects.toThrow('the whole')
})
