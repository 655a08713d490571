import { drainNode, listNodes } from '@citygate/schema/contract'
import { command } from '../command.ts'
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

const drain = command({
  name: 'drain',
  summary: 'Let a node take no new players; those who are there play on. It stays so until `nodes undrain`.',
  args: '<id>',
  keys: operatorKeys,
  async run(operator, { args: [nodeId = ''] }) {
    await callOperator(operator)(drainNode, { params: { nodeId }, body: { drain: true } })
    console.log(`The node ${nodeId} takes no new players.`)
  },
})

const undrain = command({
  name: 'undrain',
  summary: 'Let a node take players again.',
  args: '<id>',
  keys: operatorKeys,
  async run(operator, { args: [nodeId = ''] }) {
    await callOperator(operator)(drainNode, { params: { nodeId }, body: { drain: false } })
    console.log(`The node ${nodeId} takes players again.`)
  },
})

export const nodes = { summary: 'Nodes.', commands: [list, drain, undrain] }
