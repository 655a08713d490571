/** From one database to another, and back from a backup: on the database itself, not through the central API. */
import { existsSync } from 'node:fs'
import {
  beginIncarnation,
  ExportUnusable,
  exportDatabase,
  importDatabase,
} from '@citygate/central-api/moving'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { databaseKeys, withDatabase } from '../database-at.ts'
import { besideTheAnswer, openLog } from '../log.ts'
import { printTable } from '../table.ts'

function tell(rows: Readonly<Record<string, number>>): void {
  printTable(
    ['Table', 'Rows'],
    Object.entries(rows).map(([table, count]) => [table, String(count)]),
  )
}

const exporting = command({
  name: 'export',
  summary:
    'Write everything of value in the database into a file. It holds the codes of consoles: keep it to yourself.',
  args: '<file>',
  keys: databaseKeys,
  listing: true,
  async run(config, { args: [file = ''], json }) {
    if (existsSync(file)) throw new ConfigError(`file: ${file} is there already`)
    const need = { alone: false, make: false }
    const { rows } = await withDatabase(config, need, (url) => exportDatabase(url, file))
    if (json) return console.log(JSON.stringify({ file, rows }, null, 2))
    tell(rows)
    console.log(`${file} is written.`)
  },
})

const importing = command({
  name: 'import',
  summary: 'Take what `admin export` has written into an empty database. Stop its central API first.',
  args: '<file>',
  keys: [...databaseKeys, 'replace'],
  listing: true,
  async run({ replace, ...config }, { args: [file = ''], json }) {
    const log = openLog(besideTheAnswer).child({ part: 'database' })
    const need = { alone: true, make: true }
    const { rows, exportedAt } = await withDatabase(config, need, (url) =>
      importDatabase(url, file, { replace: replace === 'on', log }),
    ).catch((error: unknown) => {
      if (error instanceof ExportUnusable) throw new ConfigError(`${file} was not imported: ${error.message}`)
      throw error
    })
    if (json) return console.log(JSON.stringify({ file, exportedAt, rows }, null, 2))
    tell(rows)
    console.log(`Imported, as it was at ${exportedAt}. Operators’ keys and nodes’ keys are those of then.`)
  },
})

const newIncarnation = command({
  name: 'new-incarnation',
  summary:
    'After an older copy of the database’s files was put back: let every node register anew. Other restores are noticed by themselves.',
  keys: databaseKeys,
  async run(config) {
    const log = openLog(besideTheAnswer).child({ part: 'database' })
    const need = { alone: false, make: false }
    const { incarnation } = await withDatabase(config, need, (url) => beginIncarnation(url, log))
    console.log(`The incarnation ${incarnation} begins.`)
  },
})

export const moving = [exporting, importing, newIncarnation]
