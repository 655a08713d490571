import type { Call } from '@citygate/nodes/central'
import {
  Consistency,
  drainNode,
  listJournals,
  listNodes,
  type Output,
  orderConsistency,
} from '@citygate/schema/contract'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { callOperator, operatorKeys } from '../operator.ts'
import { callPublic } from '../rest.ts'
import type { Config } from '../settings.ts'
import { printTable } from '../table.ts'

const list = command({
  name: 'list',
  summary: 'The nodes that central knows, and how they are.',
  keys: operatorKeys,
  listing: true,
  async run(operator, { json }) {
    const { items } = await callPublic(operator.central, listNodes, {})
    const journals = await journalsFor(operator)
    const told = items.map((item) => ({ item, journal: journals?.find(({ node }) => node.id === item.id) }))
    if (json) {
      const whole = told.map(({ item, journal }) =>
        journal ? { ...item, consistency: journal.consistency, journal: journal.journal } : item,
      )
      return console.log(JSON.stringify(whole, null, 2))
    }
    const more = journals ? ['Consistency', 'Journal', 'Dead letters'] : []
    printTable(
      ['Node', 'Name', 'Roles', 'Status', 'Players', 'Reported', ...more],
      told.map(({ item: { id, name, roles, status, population, capacity, reportedAt }, journal }) => [
        id,
        name,
        roles.join(', '),
        status,
        `${population} of ${capacity}`,
        reportedAt ?? 'never',
        ...(journals ? journalCells(journal) : []),
      ]),
    )
  },
})

type Journals = Output<typeof listJournals>['items']

/** What operators see more; null without a key, which the list of nodes does not need. */
async function journalsFor(operator: Config<(typeof operatorKeys)[number]>): Promise<Journals | null> {
  let call: Call
  try {
    call = callOperator(operator)
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
  return (await call(listJournals, {})).items
}

function journalCells(told: Journals[number] | undefined): string[] {
  if (!told?.journal) return ['not told', '', '']
  const { consistency, ordered, journal } = told
  const { waiting, deadLetters, latest } = journal
  return [
    ordered && ordered !== consistency ? `${consistency} (ordered: ${ordered})` : `${consistency}`,
    waiting === 0 ? 'nothing waits' : `${waiting} wait`,
    latest
      ? `${deadLetters}, latest ${latest.at}: ${latest.kind} of ${latest.capcomId}, ${latest.code}`
      : 'none',
  ]
}

const consistency = command({
  name: 'consistency',
  summary:
    'Order how a node, or a whole host by its name, keeps shared data; `default` leaves it to the node’s own setting.',
  args: '<node> <autonomous|synchronized|default>',
  keys: operatorKeys,
  async run(operator, { args: [host = '', wanted = ''] }) {
    const ordered = wanted === 'default' ? null : Consistency.safeParse(wanted).data
    if (ordered === undefined) {
      throw new ConfigError(
        `consistency: ${JSON.stringify(wanted)} is not allowed. Allowed: autonomous, synchronized, default`,
      )
    }
    for (const { id, name } of await nodesOf(operator.central, host)) {
      await callOperator(operator)(orderConsistency, {
        params: { nodeId: id },
        body: { consistency: ordered },
      })
      console.log(`${name} (${id}) keeps shared data as ${ordered ?? 'its own setting says'}.`)
    }
  },
})

/**
 * A host's nodes are called as it is, from the second on with a number behind: its name stands for all of them. Names
 * are the hosts' own words, so two of them may be the same; an id is one node's alone.
 */
async function nodesOf(central: string, host: string): Promise<{ id: string; name: string }[]> {
  const { items } = await callPublic(central, listNodes, {})
  const numbered = (name: string) => name.startsWith(`${host}-`) && /^\d+$/.test(name.slice(host.length + 1))
  const byId = items.filter(({ id }) => id === host)
  const found = byId.length > 0 ? byId : items.filter(({ name }) => name === host || numbered(name))
  if (found.length === 0) throw new ConfigError(`node: central knows no node or host ${JSON.stringify(host)}`)
  const twins = found.filter(({ name }, index) =>
    found.some((other, at) => at !== index && other.name === name),
  )
  if (twins.length > 0) {
    const each = twins.map(({ id, name, status }) => `${name} is ${id} (${status})`)
    throw new ConfigError(
      `node: ${JSON.stringify(host)} stands for several nodes of one name, nothing was done. Say the id: ${each.join(', ')}`,
    )
  }
  return found
}

/** That a number behind the name is a worker's is usual, not certain. */
function tellOfSeveral(found: readonly unknown[], wayBack: string): void {
  if (found.length > 1) {
    console.log(`If one of them is another host’s, take it out again: citygate nodes ${wayBack} ID`)
  }
}

const drain = command({
  name: 'drain',
  summary:
    'Empty a node, or a whole host by its name: nobody new, players are told with a count-down, quests are finished first. It stays so until `nodes undrain`.',
  args: '<node>',
  keys: [...operatorKeys, 'questTime'],
  defaults: { questTime: '60m' },
  async run({ questTime, ...operator }, { args: [host = ''] }) {
    const found = await nodesOf(operator.central, host)
    for (const { id, name } of found) {
      const body = { drain: true, questSeconds: questTime }
      await callOperator(operator)(drainNode, { params: { nodeId: id }, body })
      console.log(`${name} (${id}) takes no new players and lets those leave who are there.`)
    }
    tellOfSeveral(found, 'undrain')
  },
})

const undrain = command({
  name: 'undrain',
  summary: 'Let a node, or a whole host by its name, take players again.',
  args: '<node>',
  keys: operatorKeys,
  async run(operator, { args: [host = ''] }) {
    const found = await nodesOf(operator.central, host)
    for (const { id, name } of found) {
      await callOperator(operator)(drainNode, { params: { nodeId: id }, body: { drain: false } })
      console.log(`${name} (${id}) takes players again.`)
    }
    tellOfSeveral(found, 'drain')
  },
})

export const nodes = { summary: 'Nodes.', commands: [list, drain, undrain, consistency] }
