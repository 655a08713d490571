/**
 * The images, built and run without a container engine: buildah's chroot isolation, as root, on a base that stands
 * in for `node:…-bookworm-slim` (a Debian of the machine's own mirror, this project's Node.js, the machine's npm).
 * So the steps of the Dockerfiles and what they set are tested, not the images of a registry, nor an engine.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { startBots } from '@citygate/test/bots'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../test/src/eventually.ts'
import { testDatabase } from '../../test/src/postgres.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const patience = 1_500_000
let folder: string

const environment = () => ({ ...process.env, BUILDAH_ISOLATION: 'chroot', TMPDIR: folder })

/** Images and containers lie in our own folder. */
function flags(...args: readonly string[]): string[] {
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]
  return [...storage, '--storage-driver', 'vfs', ...args]
}

async function buildah(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('buildah', flags(...args), { env: environment(), maxBuffer: 1 << 26 })
  return stdout.trim()
}

async function need(program: string): Promise<void> {
  await run('sh', ['-c', `command -v ${program}`]).catch(() => {
    throw new Error(`this test needs ${program}: apt-get install buildah debootstrap, and root`)
  })
}

/** The tag is the one that the Dockerfiles name. */
async function standInBase(): Promise<void> {
  const dockerfile = await readFile(join(import.meta.dirname, 'central.Dockerfile'), 'utf8')
  const [, tag = ''] = /^FROM (\S+)$/m.exec(dockerfile) ?? []
  expect(tag).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/)
  const wanted = ['Origin: Debian', 'Label: Debian', 'Component: main']
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...wanted])
  const [mirror = ''] = stdout.trim().split('\n')
  const base = join(folder, 'base')
  await run('debootstrap', ['--variant=minbase', 'bookworm', base, mirror], { maxBuffer: 1 << 26 })
  const npm = dirname(dirname(await realpath((await run('sh', ['-c', 'command -v npm'])).stdout.trim())))
  await cp(process.execPath, join(base, 'usr/local/bin/node'))
  await mkdir(join(base, 'usr/local/lib/node_modules'), { recursive: true })
  await cp(npm, join(base, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/local/bin/npm'))
  await mkdir(join(base, 'etc/ssl/certs'), { recursive: true })
  await cp('/etc/ssl/certs/ca-certificates.crt', join(base, 'etc/ssl/certs/ca-certificates.crt'))
  const container = await buildah('from', 'scratch')
  await buildah('copy', '-q', container, base, '/')
  await buildah('config', '--env', 'PATH=/usr/local/bin:/usr/bin:/bin', container)
  await buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt', container)
  await buildah('commit', '-q', '--rm', container, `docker.io/library/${tag}`)
  await rm(base, { recursive: true, force: true })
}

interface Image {
  readonly container: string
  readonly start: readonly string[]
  readonly health: readonly string[]
  readonly user: string
}

async function image(name: string): Promise<Image> {
  // Docker's own format: the other one knows no health check.
  const how = ['--pull-never', '--network', 'host', '--format', 'docker', '-q', '-t', `localhost/${name}`]
  const npmrc = ['--secret', `id=npmrc,src=${join(folder, 'npmrc')}`]
  await buildah('bud', ...how, ...npmrc, '-f', join(import.meta.dirname, `${name}.Dockerfile`), root)
  const container = await buildah('from', '--pull-never', `localhost/${name}`)
  const { config } = JSON.parse(await buildah('inspect', container)).Docker
  return {
    container,
    start: [...config.Entrypoint, ...config.Cmd],
    health: config.Healthcheck.Test.slice(1),
    user: config.User,
  }
}

function inside(
  { container }: Image,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  return flags('run', '--network', 'host', ...variables, container, '--', ...command)
}

/** Runs what the image runs; gives its output when it is asked. */
function started(from: Image, env: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn('buildah', inside(from, from.start, env), {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk))
  return { child, said: () => said }
}

const isWell = (from: Image, env: Readonly<Record<string, string>> = {}) =>
  run('buildah', inside(from, from.health, env), { env: environment() }).then(
    () => true,
    () => false,
  )

/** As an engine does: asks again until it is well. */
const becomesWell = (from: Image, env: Readonly<Record<string, string>>) =>
  eventually(() => isWell(from, env), Boolean, 120_000)

async function statusOf({ container }: Image): Promise<{ pid: number; nodes?: { opn: string }[] }> {
  return JSON.parse(await readFile(join(await buildah('mount', container), 'tmp/citygate.json'), 'utf8'))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citygate-images-'))
  await need('buildah')
  await need('debootstrap')
  await writeFile(
    join(folder, 'npmrc'),
    (await run('npm', ['config', 'get', 'registry'])).stdout.replace(/^/, 'registry='),
  )
  await standInBase()
}, patience)

afterAll(async () => {
  await buildah('rm', '--all').catch(() => {})
  await rm(folder, { recursive: true, force: true })
}, patience)

test(
  'central answers on a real Postgres, the node lets a console in; neither is root, and both end in order',
  async () => {
    await using database = await testDatabase()
    const central = await image('central')
    const port = String(await freePort())
    const operatorKey = 'the-operator-of-this-test-0123456789'
    const centralEnv = {
      CITYGATE_DATABASE: database.url,
      CITYGATE_HTTP_PORT: port,
      CITYGATE_OPERATOR_KEY: operatorKey,
      CITYGATE_DIAL_BACK: 'off',
      CITYGATE_STATUS_FILE: '/tmp/citygate.json',
    }
    expect(await isWell(central, centralEnv)).toBe(false)
    const api = started(central, centralEnv)
    onTestFinished(() => void api.child.kill('SIGKILL'))
    expect(await becomesWell(central, centralEnv), api.said()).toBe(true)

    const enrolToken = ['citygate', 'admin', 'enrol-token', '--roles', 'entry,world']
    const { stdout: token } = await run(
      'buildah',
      inside(central, [...enrolToken, '--central', `http://127.0.0.1:${port}`], {
        CITYGATE_OPERATOR_KEY: operatorKey,
      }),
      { env: environment() },
    )
    const node = await image('node')
    const anyPort = ['OPN', 'LMP', 'FMP', 'RFP'].map((server) => [`CITYGATE_${server}_PORT`, '0'])
    const nodeEnv = {
      CITYGATE_CENTRAL: `http://127.0.0.1:${port}`,
      CITYGATE_ENROL: token.trim(),
      CITYGATE_ROLES: 'entry,world',
      CITYGATE_BIND: '127.0.0.1',
      CITYGATE_ADVERTISE: '127.0.0.1',
      CITYGATE_HELLO_DELAY: '0',
      ...Object.fromEntries(anyPort),
    }
    const gate = started(node, nodeEnv)
    onTestFinished(() => void gate.child.kill('SIGKILL'))
    expect(await becomesWell(node, {}), gate.said()).toBe(true)
    const ready = () => fetch(`http://127.0.0.1:${port}/readyz`).then(({ ok }) => ok)
    expect(await eventually(ready, Boolean, 60_000), gate.said()).toBe(true)
    const nodeStatus = await statusOf(node)
    const bots = startBots({ count: 2, opn: nodeStatus.nodes?.[0]?.opn ?? '', tls: true })
    expect(await bots.settled).toMatchObject({ arrived: 2, failures: [] })
    await bots.stop('log-out')

    for (const [running, made, { pid }] of [
      [gate, node, nodeStatus],
      [api, central, await statusOf(central)],
    ] as const) {
      expect(made.user).toBe('1000:1000')
      expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\t1000\t1000\t/m)
      const ended = once(running.child, 'exit')
      process.kill(pid, 'SIGTERM')
      expect(await ended, running.said()).toEqual([0, null])
      expect(await isWell(made, { CITYGATE_HTTP_PORT: port })).toBe(false)
    }
  },
  patience,
)
