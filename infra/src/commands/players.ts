import {
  changePlayerRecord,
  getPlayerLive,
  getPlayerRecord,
  listPlayerVersions,
  type Output,
  rollBackPlayer,
  searchPlayers,
} from '@citygate/schema/contract'
import { command, wholeArgument } from '../command.ts'
import { callOperator, operatorKeys } from '../operator.ts'
import { callPublic } from '../rest.ts'
import { printJson, printTable } from '../table.ts'

const search = command({
  name: 'search',
  summary: 'Find hunters by any part of their name.',
  args: '[name]',
  keys: ['central', 'limit'],
  listing: true,
  async run({ central, limit }, { args: [name], json }) {
    const items = await pagesOf(central, limit, name ? { name } : {})
    if (json) return printJson(items)
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

const pageAtMost = 100

/** Page by page, until there are so many. */
async function pagesOf(
  central: string,
  limit: number,
  filters: { readonly name?: string },
): Promise<Output<typeof searchPlayers>['items']> {
  const found: Output<typeof searchPlayers>['items'] = []
  for (let cursor: string | null = ''; cursor !== null && found.length < limit; ) {
    const query = {
      ...filters,
      ...(cursor === '' ? {} : { cursor }),
      limit: String(Math.min(limit - found.length, pageAtMost)),
    }
    const page: Output<typeof searchPlayers> = await callPublic(central, searchPlayers, { query })
    found.push(...page.items)
    cursor = page.next
  }
  return found
}

const show = command({
  name: 'show',
  summary: 'A hunter as central keeps him, and what his node says of him right now.',
  args: '<capcom-id>',
  keys: operatorKeys,
  listing: true,
  async run(operator, { args: [capcomId = ''], json }) {
    const call = callOperator(operator)
    const record = await call(getPlayerRecord, { params: { capcomId } })
    const live = await call(getPlayerLive, { params: { capcomId } })
    if (json) return printJson({ ...record, live })
    const { name, rank, weapon, version, consoleId, slot, createdAt, seenAt, bans } = record
    printTable(
      ['What', 'Is'],
      [
        ['Name', name],
        ['Rank, weapon', `${rank}, ${weapon ?? 'none shown'}`],
        ['Version', String(version)],
        ['Console, slot', `${consoleId}, ${slot}`],
        ['Made, seen', `${createdAt}, ${seenAt}`],
        [
          'Held by',
          live.node ? `${live.node.name}${live.stale ? ' (which does not answer)' : ''}` : 'nobody',
        ],
        ...bans.map(({ id, reason }) => ['Banned', `${reason} (${id})`]),
      ],
    )
  },
})

const history = command({
  name: 'history',
  summary: 'A hunter as each change left him, newest first.',
  args: '<capcom-id>',
  keys: [...operatorKeys, 'limit'],
  listing: true,
  async run({ limit, ...operator }, { args: [capcomId = ''], json }) {
    const { items } = await callOperator(operator)(listPlayerVersions, {
      params: { capcomId },
      query: { limit: String(limit) },
    })
    if (json) return printJson(items)
    printTable(
      ['Version', 'When', 'Who', 'Change', 'Name', 'Rank'],
      items.map(({ version, at, actor, change, name, rank }) => [
        ...[String(version), at, actor, change, name, String(rank)],
      ]),
    )
  },
})

const rename = command({
  name: 'rename',
  summary: 'Give a hunter another name. Who holds him learns it with the next claim.',
  args: '<capcom-id> <name>',
  keys: operatorKeys,
  async run(operator, { args: [capcomId = '', name = ''] }) {
    const call = callOperator(operator)
    const { version } = await call(getPlayerRecord, { params: { capcomId } })
    const renamed = await call(changePlayerRecord, { params: { capcomId }, body: { name } }, { version })
    console.log(`${capcomId} is called ${renamed.name}.`)
  },
})

const rollback = command({
  name: 'rollback',
  summary: 'Make a hunter what he was at an earlier version. A live session of his ends.',
  args: '<capcom-id> <version>',
  keys: operatorKeys,
  async run(operator, { args: [capcomId = '', text] }) {
    const wanted = wholeArgument('version', text, 1_000_000_000)
    const call = callOperator(operator)
    const { version } = await call(getPlayerRecord, { params: { capcomId } })
    const back = await call(rollBackPlayer, { params: { capcomId }, body: { version: wanted } }, { version })
    console.log(`${capcomId} is as he was at version ${wanted}; that is version ${back.version} now.`)
  },
})

export const players = { summary: 'Hunters.', commands: [search, show, history, rename, rollback] }
