import { listNodes } from '@citygate/schema/contract'
import { command } from '../command.ts'
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

export const nodes = { summary: 'Nodes.', commands: [list] }
