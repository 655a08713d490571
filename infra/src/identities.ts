/** Who the nodes of this host are: one identity each, in a folder of its own, enrolled where there is none. */
import { hostname } from 'node:os'
import { join } from 'node:path'
import {
  type CentralPlace,
  CentralUnreachable,
  createCentral,
  enrol,
  type Identity,
  loadIdentity,
} from '@citygate/nodes/central'
import { Problem } from '@citygate/schema/contract'
import { ConfigError } from './config.ts'
import { codeOf, reasonOf } from './trouble.ts'

export interface Enrolment {
  readonly central: CentralPlace
  /** Gets an enrolment token; null where nobody has one. */
  readonly enrolToken: () => Promise<string | null>
  /** Of the first node; the others' end in their numbers. Null: this machine's name. */
  readonly name: string | null
  /** How many nodes this host runs. */
  readonly count: number
}

const longestName = 63

/** Where node `index` (from 0) of a data folder keeps what is its own. */
export const homeOf = (folder: string, index: number): string =>
  join(folder, index === 0 ? 'node' : `node-${index + 1}`)

export const knownIdentity = (folder: string, index: number): Promise<Identity | null> =>
  loadIdentity(homeOf(folder, index))

/** Enrols node `index`. Throws a ConfigError where the token is missing, or good for no more nodes, or nobody answers. */
export async function newIdentity(folder: string, index: number, by: Enrolment): Promise<Identity> {
  const token = await by.enrolToken()
  if (!token) {
    throw new ConfigError(
      'enrol: central does not know this node. Ask an operator for a token and give it with --enrol',
    )
  }
  const { call } = createCentral({ ...by.central, key: token })
  try {
    return await enrol(call, nameOf(by.name ?? hostname(), index), homeOf(folder, index))
  } catch (error) {
    if (error instanceof CentralUnreachable) {
      throw new ConfigError(
        `central: ${by.central.url} does not answer as a central API does (${error.message}). Is it running, and is the address right? ` +
          'The token is not used up if central did not get it: start again',
      )
    }
    const refused = codeOf(error)
    if (refused !== undefined && !(error instanceof Problem)) {
      throw new ConfigError(`data: ${homeOf(folder, index)} cannot be used: ${reasonOf(error)}`)
    }
    if (by.count === 1 || !(error instanceof Problem) || error.code !== 'enrolment_refused') throw error
    const missing = by.count - index
    throw new ConfigError(
      `enrol: node ${index + 1} of ${by.count} was not enrolled: ${error.message} Each worker is a node and takes one use of a token. ` +
        `Those before it are enrolled and need none any more. Ask an operator for a token with --uses ${missing}, or start with fewer workers`,
    )
  }
}

function nameOf(name: string, index: number): string {
  const ending = index === 0 ? '' : `-${index + 1}`
  return name.slice(0, longestName - ending.length) + ending
}
