/** Starts that cannot go on: what is read at the command line. Nothing may be left running or half made. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { testDatabase } from '@citygate/test/postgres'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

// Whole starts, on whatever machine: the clock decides nothing here.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'citygate refusals '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const anyPorts = ['opn', 'lmp', 'fmp', 'rfp', 'http'].flatMap((name) => [`--${name}-port`, '0'])

async function citygate(...args: string[]): Promise<{ code: number | null; said: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, said: out + err }
}

const up = (...flags: string[]) => citygate('up', '--bind', '127.0.0.1', ...anyPorts, ...flags)
const data = () => join(folder, 'data')
const file = () => {
  const path = join(folder, 'a file')
  writeFileSync(path, '')
  return path
}

describe('a start that cannot go on names the key, and what is wrong', () => {
  it.each([
    ['a data folder that is a file', () => ['--data', file()], /^citygate: data: .*a file is in its place/],
    ['a data folder below a file', () => ['--data', join(file(), 'x')], /^citygate: data: .*not a folder/],
    [
      'a status file in a folder that is not there',
      () => ['--data', data(), '--status-file', join(folder, 'none', 's.json')],
      /^citygate: status-file: .*no such folder/,
    ],
    [
      'content that is a file',
      () => ['--data', data(), '--content', file()],
      /\ncitygate: content: .*a file is in its place/,
    ],
  ])('%s', async (_what, flags, message) => {
    const { code, said } = await up(...flags())
    expect(said).toMatch(message)
    expect(code).toBe(2)
  })

  it('a database that cannot be used, without its password', async () => {
    await using database = await testDatabase({ migrated: false })
    const { code, said } = await up('--data', data(), '--database', `${database.url}_not`)
    const { host, pathname, password } = new URL(database.url)
    expect(said).toBe(
      `citygate: database: ${host}${pathname}_not cannot be used: database "${pathname.slice(1)}_not" does not exist\n`,
    )
    expect(password).not.toBe('')
    expect(code).toBe(2)
  })

  it('workers that cannot be had, with the nearest that can, before anything is made', async () => {
    const flags = ['--data', data(), '--workers', 'processes:2', '--accept', 'reuse-port']
    const { code, said } = await citygate('node', '--roles', 'world', ...flags)
    expect(said).toMatch(/^citygate: accept: "reuse-port" cannot work for world .*works: own-port/)
    expect(code).toBe(2)
    expect(existsSync(data())).toBe(false)
  })

  it('ports that are taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = String(typeof address === 'object' && address?.port)
    const http = await up('--data', data(), '--http-port', port)
    expect(http.said).toContain(
      `citygate: http-port: 127.0.0.1:${port} cannot be opened: another program listens there`,
    )
    expect(http.code).toBe(2)
    const lmp = await up('--data', data(), '--lmp-port', port)
    expect(lmp.said).toContain(
      `citygate: lmp-port: 127.0.0.1:${port} cannot be opened: another program listens there`,
    )
    expect(lmp.code).toBe(2)
    other.close()
  })

  it('a node that has to enrol anew without an operator’s key', async () => {
    const first = await up('--data', data(), '--http-bind', 'no such host')
    expect(first.said).toMatch(/citygate: http-bind: no such host:0 cannot be opened: /)
    rmSync(join(data(), 'operator.key'))
    const { code, said } = await up('--data', data())
    expect(said).toMatch(/citygate: operator-key: .*CITYGATE_OPERATOR_KEY/)
    expect(code).toBe(2)
  })

  it('a node whose central is not there when it enrols', async () => {
    const central = ['--central', 'http://127.0.0.1:9', '--enrol', 'a token']
    const { code, said } = await citygate('node', '--data', data(), '--bind', '127.0.0.1', ...central)
    expect(said).toMatch(
      /\ncitygate: central: http:\/\/127\.0\.0\.1:9 does not answer as a central API does \(.*The token is not used up/,
    )
    expect(code).toBe(2)
  })

  it('a number of bots that is none', async () => {
    expect(await citygate('bots', 'abc')).toEqual({
      code: 2,
      said: 'citygate: count: "abc" is not allowed. Allowed: a whole number from 1 to 10000\n',
    })
  })

  it('a host of several nodes, looked at with the flags that it runs with', async () => {
    const flags = [
      '--workers',
      'processes:2',
      '--accept',
      'dispatch',
      '--name',
      'attic',
      '--servers',
      's.json',
    ]
    const { said } = await citygate('doctor', '--data', data(), '--bind', '127.0.0.1', ...flags)
    expect(said).toMatch(/^ok +ports +/m)
    expect(said).not.toContain('unknown option')
  })

  it('a key file that holds no key', async () => {
    const key = join(folder, 'key')
    writeFileSync(key, Uint8Array.of(0x30, 0xff, 0xfe))
    const { code, said } = await citygate('admin', 'enrol-token', '--key-file', key)
    expect(said).toMatch(/^citygate: key-file: .* does not hold an operator’s key/)
    expect(code).toBe(2)
  })
})
