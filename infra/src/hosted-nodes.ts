/** The nodes of this host: one in this process, or several workers under a supervisor. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type CentralPlace, createCentral, type Identity } from '@citygate/nodes/central'
import type { RunningNode } from '@citygate/nodes/host'
import { Problem, type Role, releaseOwnServers } from '@citygate/schema/contract'
import { lockFolder } from './folder-lock.ts'
import { endNode, type NodeConfig, type NodeJob, portsOf, runNode, statusOf } from './hosted-node.ts'
import { type Enrolment, homeOf, knownIdentity, newIdentity } from './identities.ts'
import type { Lasting } from './lasting.ts'
import { tellLeftJournal } from './left-journals.ts'
import { ownProfileWords } from './profile.ts'
import { onRestartWish, survivingHangUp } from './rolling.ts'
import { shareServers } from './server-shares.ts'
import type { NodeStatus } from './status-file.ts'
import { lookAtMachine } from './workers/machine.ts'
import { type Plan, planWorkers } from './workers/plan.ts'
import { startSupervisor } from './workers/supervisor.ts'

export interface NodePlace {
  /** From this process. */
  readonly central: CentralPlace
  readonly roles: readonly Role[]
  readonly plan: Plan
  /** Gets an enrolment token when a node has no identity that central knows; null where nobody has one. */
  readonly enrolToken: () => Promise<string | null>
  /** Told when a node has come back with other addresses, or has gone. */
  readonly onChange: (nodes: readonly NodeStatus[]) => void
}

export interface HostedNodes {
  readonly nodes: readonly NodeStatus[]
  /** Where the root for patching games lies; only where a node speaks TLS. */
  readonly rootFile: string | undefined
}

const retryMs = 2000

/** What the settings come to on this machine. Throws a ConfigError where they cannot be had. */
export async function planHere(config: NodeConfig, roles: readonly Role[]): Promise<Plan> {
  const { workers, profile } = config
  const one = workers === '1' || (workers === 'auto' && profile === 'modest')
  return planWorkers(config, roles, await lookAtMachine(!one))
}

/** Resolves when all of them serve. */
export async function startHostedNodes(
  config: NodeConfig,
  lasting: Lasting,
  place: NodePlace,
): Promise<HostedNodes> {
  const { log, folder } = lasting
  const { plan } = place
  log.info({}, ownProfileWords(config.profile, plan.count))
  for (const reason of plan.reasons) log.info({}, reason)
  const wishes = shareServers(config.servers, plan.count)
  const enrolment: Enrolment = {
    central: place.central,
    enrolToken: place.enrolToken,
    name: config.name ?? null,
    count: plan.count,
  }
  const jobs = wishes.map(
    (servers, index): NodeJob => ({
      folder,
      home: homeOf(folder, index),
      roles: place.roles,
      centralUrl: place.central.url,
      ports: portsOf(config),
      doors: {},
      servers,
    }),
  )
  await handServersOver(lasting, place.central, jobs)
  if (plan.kind !== 'here') {
    const supervisor = await startSupervisor({
      config,
      plan,
      jobs,
      enrolment,
      lasting,
      onChange: place.onChange,
    })
    onRestartWish(lasting, () => supervisor.restartAll())
    return supervisor
  }
  survivingHangUp(lasting)
  const [job] = jobs
  if (!job) throw new Error('a host without a node')
  const node = await startHere(config, lasting, enrolment, job)
  return { nodes: [statusOf(node)], rootFile: node.rootFile }
}

/** An identity that central does not know (a database of another time) is replaced where a token can be had. */
async function startHere(
  config: NodeConfig,
  { life, log, folder }: Lasting,
  enrolment: Enrolment,
  job: NodeJob,
): Promise<RunningNode> {
  const start = (identity: Identity) =>
    runNode(config, job, { identity, central: enrolment.central, log, signal: life.ending })
  const known = await knownIdentity(folder, 0)
  const node = await start(known ?? (await newIdentity(folder, 0, enrolment))).catch(async (error) => {
    if (!known || !(error instanceof Problem) || error.code !== 'unauthorized') throw error
    return start(await newIdentity(folder, 0, enrolment))
  })
  life.onEnd(({ hurry }) => endNode(node, config, hurry))
  node.stopped.then(({ words }) => life.fail(new Error(`the node has stopped: ${words}`)))
  return node
}

/**
 * A game server moves only on proof. When this start deals them out in another way than the last one,
 * every node of the last start gives its own back first: this process has the data folder, and its
 * workers' folders too, so that none of them runs.
 */
async function handServersOver(
  lasting: Lasting,
  central: CentralPlace,
  jobs: readonly NodeJob[],
): Promise<void> {
  const { log, folder } = lasting
  const file = join(folder, 'shares.json')
  const shares = JSON.stringify(jobs.map(({ servers }) => servers))
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null
  const alone = jobs.length === 1 && !existsSync(homeOf(folder, 1))
  if (before === shares || alone) return
  for (let index = 0; existsSync(homeOf(folder, index)); index++) {
    const identity = await knownIdentity(folder, index)
    if (!identity) continue
    const lock = await lockFolder(homeOf(folder, index))
    if (index >= jobs.length) await tellLeftJournal(central, identity, homeOf(folder, index), lasting)
    await giveBack(central, identity, lasting)
    lock.release()
    log.info({ node: identity.nodeId }, 'game servers are dealt out anew: this node has given its own back')
  }
  writeFileSync(`${file}.new`, shares)
  renameSync(`${file}.new`, file)
}

/** Asks until central answers. A node that central does not know, or does not let in, has nothing to give. */
async function giveBack(central: CentralPlace, { key }: Identity, { life, log }: Lasting): Promise<void> {
  const { call } = createCentral({ ...central, key })
  for (;;) {
    try {
      await call(releaseOwnServers, {}, { signal: life.ending })
      return
    } catch (error) {
      life.ending.throwIfAborted()
      if (error instanceof Problem && ['unauthorized', 'node_banned'].includes(error.code)) return
      if (error instanceof Problem && error.status !== 503) throw error
      log.warn({ reason: String(error) }, 'central does not answer: trying again')
      await setTimeout(retryMs, undefined, { signal: life.ending })
    }
  }
}
