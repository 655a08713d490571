/**
 * Hosts on one machine: network namespaces of Linux around a bridge, each with an address of its own. Needs root and
 * `ip` (iproute2). What was made goes with `close`, also when a start fails half-way.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'

/** Nobody's network, and unlikely to be this machine's, or that of a run beside this one. */
const network = `10.231.${process.pid % 256}`
/** Of the test itself, which plays the consoles. */
const ownAddress = `${network}.1`

export class Network implements Disposable {
  readonly #prefix: string
  readonly #hosts: string[] = []

  /** Throws what `ip` says when this machine cannot do it. */
  constructor() {
    this.#prefix = `cg${process.pid.toString(36).slice(-4)}`
    try {
      this.#namespace('sw')
      ip('netns', 'exec', this.#name('sw'), 'ip', 'link', 'add', 'br0', 'type', 'bridge')
      ip('netns', 'exec', this.#name('sw'), 'ip', 'link', 'set', 'br0', 'up')
      const own = `${this.#prefix}-own`
      ip('link', 'add', own, 'type', 'veth', 'peer', 'name', 'own', 'netns', this.#name('sw'))
      ip('addr', 'add', `${ownAddress}/24`, 'dev', own)
      ip('link', 'set', own, 'up')
      this.#plug('own')
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  /** A host behind one cable. */
  host(name: string, number: number): Host {
    this.#namespace(name)
    ip(
      'link',
      'add',
      'net0',
      'netns',
      this.#name(name),
      'type',
      'veth',
      'peer',
      'name',
      name,
      'netns',
      this.#name('sw'),
    )
    const address = `${network}.${number}`
    const host = new Host(this.#name(name), this.#name('sw'), name, address)
    host.run('ip', 'addr', 'add', `${address}/24`, 'dev', 'net0')
    host.run('ip', 'link', 'set', 'net0', 'up')
    host.run('ip', 'link', 'set', 'lo', 'up')
    this.#plug(name)
    return host
  }

  /** The other end of each cable is in the switch's namespace, and goes with it. */
  [Symbol.dispose](): void {
    for (const name of this.#hosts.splice(0).reverse()) spawnSync('ip', ['netns', 'del', name])
  }

  #namespace(name: string): void {
    ip('netns', 'add', this.#name(name))
    this.#hosts.push(this.#name(name))
  }

  #plug(port: string): void {
    ip('netns', 'exec', this.#name('sw'), 'ip', 'link', 'set', 'dev', port, 'master', 'br0', 'up')
  }

  #name(host: string): string {
    return `${this.#prefix}-${host}`
  }
}

export class Host {
  readonly address: string
  readonly #namespace: string
  readonly #switch: string
  readonly #port: string

  constructor(namespace: string, switchNamespace: string, port: string, address: string) {
    this.#namespace = namespace
    this.#switch = switchNamespace
    this.#port = port
    this.address = address
  }

  run(program: string, ...args: string[]): void {
    ip('netns', 'exec', this.#namespace, program, ...args)
  }

  /** `ip netns exec` becomes the program: it is killed by its own id. */
  start(program: string, args: readonly string[], cwd: string): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.#namespace, program, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** Nothing more comes in or goes out. */
  cut(): void {
    ip('netns', 'exec', this.#switch, 'ip', 'link', 'set', 'dev', this.#port, 'down')
  }

  mend(): void {
    ip('netns', 'exec', this.#switch, 'ip', 'link', 'set', 'dev', this.#port, 'up')
  }

  /** This host alone does not reach the other one any more, nor hear from it. */
  lose(other: Host): void {
    this.run('ip', 'route', 'add', 'blackhole', `${other.address}/32`)
  }

  find(other: Host): void {
    this.run('ip', 'route', 'del', 'blackhole', `${other.address}/32`)
  }

  /**
   * What goes out of this host is slow and some of it is lost. Says how it was done: with `netem` where the kernel has
   * it, else with a bucket that holds so little that bursts spill over.
   */
  spoil(): string {
    const ways = [
      ['netem', 'delay', '60ms', '20ms', 'loss', '3%'],
      ['tbf', 'rate', '400kbit', 'burst', '2000', 'limit', '6000'],
    ]
    for (const way of ways) {
      const args = ['netns', 'exec', this.#namespace, 'tc', 'qdisc', 'add', 'dev', 'net0', 'root', ...way]
      if (spawnSync('ip', args).status === 0) return way.join(' ')
    }
    throw new Error('this kernel can neither delay nor limit packets (sch_netem, sch_tbf)')
  }

  heal(): void {
    this.run('tc', 'qdisc', 'del', 'dev', 'net0', 'root')
  }

  /** Packets that the spoilt link has lost so far, as the kernel counts them. */
  lost(): number {
    const { stdout } = spawnSync(
      'ip',
      ['netns', 'exec', this.#namespace, 'tc', '-s', 'qdisc', 'show', 'dev', 'net0'],
      {
        encoding: 'utf8',
      },
    )
    return Number(/dropped (\d+)/.exec(stdout)?.[1] ?? 0)
  }
}

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}
