import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfigFile, resolve } from './config.ts'
import { type SettingKey, settings, variableOf } from './settings.ts'

const nothing = { flags: {}, env: {}, file: {}, fileName: 'citygate.toml' }
const keys = Object.keys(settings) as SettingKey[]

describe('resolve', () => {
  it('gives the promised defaults when nothing is set', () => {
    expect(resolve(keys, nothing)).toMatchObject({
      bind: '0.0.0.0',
      advertise: undefined,
      opnPort: 8200,
      lmpPort: 8201,
      fmpPort: 8202,
      rfpPort: 8203,
      tls: 'on',
      helloDelay: 1500,
      httpPort: 8080,
      httpBind: '127.0.0.1',
      data: 'citygate-data',
      database: undefined,
      workers: 'auto',
      accept: 'own-port',
      consistency: 'autonomous',
      profile: 'auto',
      statusFile: undefined,
      drainTime: 10,
      questTime: 30,
    })
  })

  it('lets flags win over the environment, and the environment over the file', () => {
    const file = { 'http-port': 1, 'opn-port': 1, 'lmp-port': 1 }
    const env = { CITYGATE_HTTP_PORT: '2', CITYGATE_OPN_PORT: '2' }
    const config = resolve(['httpPort', 'opnPort', 'lmpPort'], {
      ...nothing,
      file,
      env,
      flags: { httpPort: '3' },
    })
    expect(config).toEqual({ httpPort: 3, opnPort: 2, lmpPort: 1 })
  })

  it('reads what a file writes as a switch or a list', () => {
    const config = resolve(['tls', 'roles'], { ...nothing, file: { tls: false, roles: ['entry', 'world'] } })
    expect(config).toEqual({ tls: 'off', roles: ['entry', 'world'] })
  })

  it.each([
    [
      'flag',
      { flags: { httpPort: 'abc' } },
      /^--http-port: "abc" is not allowed\. Allowed: a whole number from 0 to 65535$/,
    ],
    [
      'variable',
      { env: { CITYGATE_TLS: 'maybe' } },
      /^CITYGATE_TLS: "maybe" is not allowed\. Allowed: on, off$/,
    ],
    [
      'file',
      { file: { workers: 'threads:0' } },
      /^citygate\.toml: workers: "threads:0" is not allowed\. Allowed: 1, threads:N/,
    ],
    ['empty text', { flags: { data: '' } }, /^--data: "" is not allowed/],
    ['table in the file', { file: { bind: { a: 1 } } }, /^citygate\.toml: bind: \{"a":1\} is not allowed/],
  ])('stops at a bad value in a %s and names key, value and what is allowed', (_where, sources, message) => {
    expect(() => resolve(keys, { ...nothing, ...sources })).toThrow(message)
  })

  it('stops at a key of the file that is no setting', () => {
    expect(() => resolve(['bind'], { ...nothing, file: { 'htp-port': 1 } })).toThrow(
      /there is no setting "htp-port"/,
    )
  })

  it.each([
    ['drainTime', '90', 90],
    ['drainTime', '2m', 120],
    ['ttl', '1h', 3600],
  ] as const)('reads %s %s as %i seconds', (key, text, expected) => {
    expect(resolve([key], { ...nothing, flags: { [key]: text } })[key]).toBe(expected)
  })
})

describe('settings', () => {
  it('have one name in three spellings', () => {
    for (const [key, { name }] of Object.entries(settings)) {
      expect(name.replace(/-./g, (part) => part.slice(1).toUpperCase())).toBe(key)
      expect(variableOf(name)).toMatch(/^CITYGATE_[A-Z_]+$/)
    }
  })
})

describe('readConfigFile', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'citygate config '))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('reads a named file and says where a broken one breaks', () => {
    const good = join(folder, 'good.toml')
    writeFileSync(good, 'http-port = 8081\ntls = "off"\n')
    expect(readConfigFile(good)).toEqual({ file: { 'http-port': 8081, tls: 'off' }, fileName: good })
    const bad = join(folder, 'bad.toml')
    writeFileSync(bad, 'http-port = \n')
    expect(() => readConfigFile(bad)).toThrow(bad)
  })

  it('misses a named file, but not the usual one', () => {
    expect(() => readConfigFile(join(folder, 'none.toml'))).toThrow(/none\.toml/)
  })
})
