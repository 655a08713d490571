/** `citygate node journal`: what a node's journal holds, read from its files, whether the node runs or not. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJournal } from '@citygate/nodes/central'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { printTable } from '../table.ts'

/** A host's nodes have a folder each: `node`, `node-2` and so on. */
const homeName = /^node(-\d+)?$/

function homesIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => homeName.test(name)) : []
  const homes = names.filter((name) => existsSync(join(folder, name, 'journal'))).sort()
  if (homes.length === 0) throw new ConfigError(`data: ${folder} holds no journal of a node`)
  return homes
}

export const journal = command({
  name: 'journal',
  summary: 'What waits in the journal for central, and the dead letters: writes that central did not take.',
  keys: ['data'],
  listing: true,
  async run({ data }, { json }) {
    const found = []
    for (const home of homesIn(data)) {
      const folder = join(data, home, 'journal')
      found.push({ node: home, folder, ...(await readJournal(folder)) })
    }
    if (json) return console.log(JSON.stringify(found, null, 2))
    for (const { node, folder, waiting, deadLetters, damaged } of found) {
      console.log(`${node}: ${waiting.length} waiting, ${deadLetters.length} dead letters (${folder})`)
      for (const path of damaged) console.log(`  damaged: ${path}`)
      if (waiting.length > 0) {
        printTable(
          ['Waiting since', 'No.', 'Hunter', 'Fence', 'What'],
          waiting.map(({ at, number, capcomId, fence, change }) => [
            at,
            String(number),
            capcomId,
            String(fence),
            change.kind,
          ]),
        )
      }
      if (deadLetters.length > 0) {
        printTable(
          ['Written', 'Refused', 'Hunter', 'What', 'Why'],
          deadLetters.map(({ writtenAt, at, capcomId, change, reason }) => [
            writtenAt,
            at,
            capcomId,
            change.kind,
            `${reason.code}: ${reason.detail}`,
          ]),
        )
      }
    }
  },
})
