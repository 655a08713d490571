/** How a command acts for an operator: with his key, against the central API. */
import { readFileSync } from 'node:fs'
import type { Call } from '@citygate/nodes/central'
import { ConfigError } from './config.ts'
import { callOf } from './rest.ts'
import type { Config } from './settings.ts'

/** What every command of an operator takes. */
export const operatorKeys = ['central', 'keyFile', 'operatorKey'] as const

export function callOperator({ central, keyFile, operatorKey }: Config<(typeof operatorKeys)[number]>): Call {
  return callOf(central, operatorKey ?? readKey(keyFile))
}

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
