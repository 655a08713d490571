import { searchPlayers } from '@citygate/schema/contract'
import { command } from '../command.ts'
import { callPublic } from '../rest.ts'
import { printTable } from '../table.ts'

const search = command({
  name: 'search',
  summary: 'Find hunters by any part of their name.',
  args: '[name]',
  keys: ['central'],
  listing: true,
  async run({ central }, { args: [name], json }) {
    const { items } = await callPublic(central, searchPlayers, { query: name ? { name } : {} })
    if (json) return console.log(JSON.stringify(items, null, 2))
    printTable(
      ['Capcom ID', 'Name', 'Rank', 'Where'],
      items.map(({ capcomId, name: hunter, rank, online, location, seenAt }) => [
        capcomId,
        hunter,
        String(rank),
        online && location
          ? [location.server.name, location.gate?.name, location.city?.name].filter(Boolean).join(' / ')
          : `offline since ${seenAt}`,
      ]),
    )
  },
})

export const players = { summary: 'Hunters.', commands: [search] }
