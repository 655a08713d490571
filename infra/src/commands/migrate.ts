import { prepareDatabase } from '@citygate/central-api/database'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'

export const migrate = command({
  name: 'migrate',
  summary:
    'Bring a database to its newest form, before a central API that cannot do it itself (Workers) is deployed.',
  keys: ['database'],
  async run({ database }) {
    if (!database) throw new ConfigError('database: name the Postgres, postgres://…')
    const applied = await prepareDatabase(database)
    console.log(applied === 0 ? 'the database has the newest form' : `${applied} migrations were applied`)
  },
})
