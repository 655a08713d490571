/** A Postgres that other hosts may use: prints its URL with the address given, and runs until it is ended. */
import { writeFileSync } from 'node:fs'
import { startPostgres } from '@citygate/central-api/embedded'
import { silentLog } from '@citygate/nodes/host'

const [folder = '', hba = '', address = ''] = process.argv.slice(2)
writeFileSync(hba, 'host all all 0.0.0.0/0 scram-sha-256\n', { mode: 0o644 })
const database = await startPostgres({
  folder,
  log: silentLog,
  tuned: { listen_addresses: '*', hba_file: hba },
})
process.stdout.write(`${JSON.stringify({ url: database.url.replace('127.0.0.1', address) })}\n`)
process.on('SIGTERM', () => void database.close().then(() => process.exit(0)))
