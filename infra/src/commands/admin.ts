import { readFileSync } from 'node:fs'
import { createCentral } from '@citygate/nodes/central'
import { createEnrolToken } from '@citygate/schema/contract'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'

function readKey(file: string): string {
  let key: string
  try {
    key = readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigError(
      `key-file: ${file} cannot be read. A new central API writes operator.key into its data folder`,
    )
  }
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new ConfigError(`key-file: ${file} does not hold an operator’s key`)
}

const enrolToken = command({
  name: 'enrol-token',
  summary: 'Make a token with which nodes enrol themselves; prints just the token.',
  keys: ['central', 'keyFile', 'operatorKey', 'roles', 'uses', 'ttl'],
  async run({ central, keyFile, operatorKey, roles, uses, ttl }) {
    const key = operatorKey ?? readKey(keyFile)
    const { call } = createCentral({ url: central, fetch, key })
    const { token } = await call(createEnrolToken, { body: { roles, uses, ttlSeconds: ttl } })
    console.log(token)
  },
})

export const admin = { summary: 'For operators.', commands: [enrolToken] }
