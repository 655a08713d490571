import { drainNode, listNodes } from '@citygate/schema/contract'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { callOperator, operatorKeys } from '../operator.ts'
import { callPublic } from '../rest.ts'
import { printTable } from '../table.ts'

const list = command({
  name: 'list',
  summary: 'The nodes that central knows, and how they are.',
  keys: ['central'],
  listing: true,
  async run({ central }, { json }) {
    const { items } = await callPublic(central, listNodes, {})
    if (json) return console.log(JSON.stringify(items, null, 2))
    printTable(
      ['Node', 'Name', 'Roles', 'Status', 'Players', 'Reported'],
      items.map(({ id, name, roles, status, population, capacity, reportedAt }) => [
        id,
        name,
        roles.join(', '),
        status,
        `${population} of ${capacity}`,
        reportedAt ?? 'never',
      ]),
    )
  },
})

/** A host's nodes are called as it is, from the second on with a number behind: its name stands for all of them. */
async function nodesOf(central: string, host: string): Promise<{ id: string; name: string }[]> {
  const { items } = await callPublic(central, listNodes, {})
  const numbered = (name: string) => name.startsWith(`${host}-`) && /^\d+$/.test(name.slice(host.length + 1))
  const found = items.filter(({ id, name }) => id === host || name === host || numbered(name))
  if (found.length === 0) throw new ConfigError(`node: central knows no node or host ${JSON.stringify(host)}`)
  return found
}

const drain = command({
  name: 'drain',
  summary:
    'Empty a node, or a whole host by its name: nobody new, players are told with a count-down, quests are finished first. It stays so until `nodes undrain`.',
  args: '<node>',
  keys: [...operatorKeys, 'questTime'],
  defaults: { questTime: '60m' },
  async run({ questTime, ...operator }, { args: [host = ''] }) {
    for (const { id, name } of await nodesOf(operator.central, host)) {
      const body = { drain: true, questSeconds: questTime }
      await callOperator(operator)(drainNode, { params: { nodeId: id }, body })
      console.log(`${name} (${id}) takes no new players and lets those leave who are there.`)
    }
  },
})

const undrain = command({
  name: 'undrain',
  summary: 'Let a node, or a whole host by its name, take players again.',
  args: '<node>',
  keys: operatorKeys,
  async run(operator, { args: [host = ''] }) {
    for (const { id, name } of await nodesOf(operator.central, host)) {
      await callOperator(operator)(drainNode, { params: { nodeId: id }, body: { drain: false } })
      console.log(`${name} (${id}) takes players again.`)
    }
  },
})

export const nodes = { summary: 'Nodes.', commands: [list, drain, undrain] }
