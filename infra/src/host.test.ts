import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { NetworkInterfaceInfoIPv4 } from 'node:os'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'
import { advertised, lanAddress } from './lan-address.ts'
import { writeStatusFile } from './status-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'citygate host '))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('lockFolder', () => {
  it('lets one process have a data folder at a time', async () => {
    const lock = await lockFolder(join(folder, 'data'))
    await expect(lockFolder(join(folder, 'data'))).rejects.toThrow(/in use by another citygate/)
    lock.release()
    const again = await lockFolder(join(folder, 'data'))
    again.release()
  })

  it('is free again at once when its process is killed', async () => {
    const data = join(folder, 'data')
    const script = `import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)}
      await lockFolder(${JSON.stringify(data)}); console.log('locked'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await expect(lockFolder(data)).rejects.toThrow(/in use/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await lockFolder(data)
    lock.release()
  })
})

describe('writeStatusFile', () => {
  it('writes what scripts rely on, and takes it away again', () => {
    const file = join(folder, 'status.json')
    const remove = writeStatusFile(file, { pid: 4711, http: 'http://127.0.0.1:8080' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: 4711, http: 'http://127.0.0.1:8080' })
    remove()
    expect(() => readFileSync(file)).toThrow(/ENOENT/)
  })
})

describe('lanAddress', () => {
  const address = (text: string, internal = false): NetworkInterfaceInfoIPv4 => ({
    address: text,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '00:00:00:00:00:00',
    internal,
    cidr: null,
  })

  it('is the first address that others can reach', () => {
    expect(
      lanAddress({
        lo: [address('127.0.0.1', true)],
        a: [address('169.254.3.4')],
        b: [address('192.168.1.5')],
      }),
    ).toBe('192.168.1.5')
    expect(lanAddress({ lo: [address('127.0.0.1', true)] })).toBe('127.0.0.1')
  })

  it('is told unless an address was bound or set', () => {
    expect(advertised('127.0.0.1', undefined)).toBe('127.0.0.1')
    expect(advertised('0.0.0.0', 'play.example.org')).toBe('play.example.org')
  })
})
