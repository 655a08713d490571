/**
 * The workers of this host: starts them, keeps them going one by one, and puts an acceptor in front of
 * them where one set of ports serves all. A crash costs the players of one worker.
 */
import type { Socket } from 'node:net'
import { createCentral } from '@citygate/nodes/central'
import { Acceptor, type Arrival, type DoorName, PortUnavailable } from '@citygate/nodes/host'
import { findTicket } from '@citygate/schema/contract'
import { type NodeConfig, type NodeJob, portTrouble } from '../hosted-node.ts'
import { type Enrolment, knownIdentity, newIdentity } from '../identities.ts'
import type { Lasting } from '../lasting.ts'
import type { NodeStatus } from '../status-file.ts'
import { Armings } from './armings.ts'
import { planDoors } from './doors.ts'
import { leastLoaded } from './least-loaded.ts'
import type { Plan } from './plan.ts'
import { startProcess } from './process-unit.ts'
import { defaultTiming, Seat } from './seat.ts'
import { SharedPorts } from './shared-ports.ts'
import { startThread } from './thread-unit.ts'

export interface SupervisorParts {
  readonly config: NodeConfig
  readonly plan: Plan
  readonly jobs: readonly NodeJob[]
  readonly enrolment: Enrolment
  readonly lasting: Lasting
  readonly onChange: (nodes: readonly NodeStatus[]) => void
}

/** After the time that players are given. */
const closingMs = 15_000
const askingAtMost = 64
const askingMs = 5000

/** Resolves when all workers serve; rejects when one cannot. They end with the host's life. */
export async function startSupervisor(parts: SupervisorParts): Promise<Supervisor> {
  const supervisor = new Supervisor(parts)
  parts.lasting.life.onEnd(({ hurry }) => supervisor.stop(hurry))
  await supervisor.start()
  return supervisor
}

export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #seats: readonly Seat[]
  readonly #armings = new Armings()
  readonly #ports: SharedPorts
  #acceptor: Acceptor | null = null
  #rootFile: string | undefined
  #serving = false
  /** Arrivals that central is asked about. */
  #asking = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    this.#ports = new SharedPorts(parts.config.bind, parts.plan.kind)
    this.#seats = parts.jobs.map((_, index) => this.#seat(index))
  }

  get nodes(): readonly NodeStatus[] {
    return this.#seats.flatMap(({ node }) => node ?? [])
  }

  /** Where the root for patching games lies; only where a node speaks TLS. */
  get rootFile(): string | undefined {
    return this.#rootFile
  }

  async start(): Promise<void> {
    const { plan, lasting } = this.#parts
    lasting.log.info({ workers: plan.count, kind: plan.kind, accept: plan.accept }, 'starting the workers')
    if (plan.accept === 'dispatch') await this.#openAcceptor()
    if (plan.accept === 'reuse-port' && !(await this.#ports.tryLending())) {
      lasting.log.warn(
        'workers cannot be lent their sockets here: who connects while one ends is reset, and has to try again',
      )
    }
    // One after the other: the first one's ports are told to the others, and a token that does not reach ends it.
    for (const seat of this.#seats) await seat.start()
    this.#serving = true
  }

  async stop(hurry: boolean): Promise<void> {
    this.#serving = false
    if (hurry) this.#acceptor?.close()
    // As with ports of their own: who comes while players leave is let in by a worker, and reads why he cannot stay.
    await Promise.all(this.#seats.map((seat) => seat.stop(hurry)))
    this.#acceptor?.close()
    this.#ports.close()
  }

  /** Every worker anew, one after the other, each when the one before serves again. */
  async restartAll(): Promise<void> {
    for (const seat of this.#seats) await seat.restart()
  }

  async #openAcceptor(): Promise<void> {
    const { config, plan, jobs, lasting } = this.#parts
    const [job] = jobs
    const entry = job?.roles.includes('entry') ? (['opn', 'lmp', 'rfp'] as const) : []
    const world = job?.roles.includes('world') ? (['fmp'] as const) : []
    const wanted = [...entry, ...world].map((name) => [name, job?.ports[name] ?? 0] as const)
    try {
      this.#acceptor = await Acceptor.take({
        bind: config.bind,
        ports: Object.fromEntries(wanted),
        helloMs: config.helloDelay,
        log: lasting.log.child({ part: 'acceptor' }),
        onEntry: (door, socket) => this.#giveEntry(door, socket),
        onArrival: (arrival) => this.#giveArrival(arrival),
        movesSockets: plan.kind === 'processes',
      })
    } catch (error) {
      throw error instanceof PortUnavailable ? portTrouble(error) : error
    }
  }

  /** To the least loaded entry node that stays. */
  #giveEntry(door: DoorName, socket: Socket): void {
    const seat = leastLoaded(this.#seats, (one) => one.entryLoad)
    if (seat) seat.hand(door, socket)
    else socket.destroy()
  }

  /**
   * To the node whose game server the ticket was armed for. A choice that was made on another host is not
   * known here: then central is asked. With a ticket that nobody knows, to any node: it says what is wrong.
   */
  #giveArrival(arrival: Arrival): void {
    const { ticketHash } = arrival
    const serverId = this.#armings.of(ticketHash)
    const owner = this.#seats.find(({ node }) => serverId !== undefined && node?.servers.includes(serverId))
    if (owner || ticketHash === null || this.#asking >= askingAtMost) {
      this.#giveWorld(arrival, owner)
      return
    }
    this.#asking++
    void this.#find(ticketHash)
      .then((nodeId) =>
        this.#giveWorld(
          arrival,
          this.#seats.find(({ node }) => node?.id === nodeId),
        ),
      )
      .finally(() => this.#asking--)
  }

  #giveWorld(arrival: Arrival, owner: Seat | undefined): void {
    const seat = owner ?? leastLoaded(this.#seats, (one) => one.worldLoad)
    if (seat) seat.handArrival(arrival)
    else arrival.socket.destroy()
  }

  async #find(ticketHash: string): Promise<string | null> {
    const { enrolment, lasting } = this.#parts
    try {
      const identity = await knownIdentity(lasting.folder, 0)
      const { call } = createCentral({ ...enrolment.central, key: identity?.key ?? null })
      return (await call(findTicket, { body: { ticketHash } }, { deadlineMs: askingMs })).nodeId
    } catch (error) {
      lasting.log.info({ reason: String(error) }, 'central does not say where a console belongs')
      return null
    }
  }

  #seat(index: number): Seat {
    const { config, plan, jobs, enrolment, lasting } = this.#parts
    const log = lasting.log.child({ worker: index + 1 })
    const logLine = (line: string): void => lasting.logSink.write(`${line}\n`)
    /** Ports that were any free one: a worker that comes back has the same. */
    let taken: Partial<Record<DoorName, number>> = {}
    return new Seat({
      log,
      timing: defaultTiming,
      start: (hear) => (plan.kind === 'threads' ? startThread(hear, logLine) : startProcess(hear, logLine)),
      prepare: async () => {
        const job = jobs[index]
        if (!job) throw new Error('a seat without a job')
        const identity =
          (await knownIdentity(job.folder, index)) ?? (await newIdentity(job.folder, index, enrolment))
        const { ports, doors, shared } = planDoors({
          ...{ accept: plan.accept, index, job },
          accepted: this.#acceptor?.ports ?? {},
          first: this.#seats[0]?.node ?? null,
          sharedPorts: this.#ports,
        })
        const ready = { ...job, ports: { ...ports, ...taken }, doors }
        return {
          start: { type: 'start', worker: index + 1, config, job: ready, identity },
          shared: await this.#ports.lend(shared),
        }
      },
      enrolAnew: async () => {
        await newIdentity(lasting.folder, index, enrolment)
      },
      portsAnew: () => {
        taken = {}
      },
      onServing: (node, rootFile) => {
        taken = portsOf(node)
        this.#rootFile ??= rootFile ?? undefined
        this.#acceptor?.open()
        this.#changed()
      },
      onGone: () => this.#changed(),
      onArmed: (ticketHash, serverId) => this.#armings.add(ticketHash, serverId),
      onOver: (words) => {
        if (this.#seats.every(({ isOver }) => isOver)) {
          lasting.life.fail(new Error(`every node has stopped: ${words}`))
        }
      },
      inTurn: (run) => this.#inTurn(run),
      stopMs: Math.max(config.drainTime, config.questTime) * 1000 + closingMs,
    })
  }

  /** Where nobody is told yet, or any more, there is nothing to change. */
  #changed(): void {
    if (this.#serving) this.#parts.onChange(this.nodes)
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const ours = this.#turn.then(run)
    this.#turn = ours.catch(() => undefined)
    return ours
  }
}

function portsOf(node: NodeStatus): Partial<Record<DoorName, number>> {
  const doors = ['opn', 'lmp', 'fmp', 'rfp'] as const
  return Object.fromEntries(
    doors.flatMap((door) => {
      const address = node[door]
      return address ? [[door, Number(address.slice(address.lastIndexOf(':') + 1))]] : []
    }),
  )
}
