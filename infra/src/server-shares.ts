/** Which game servers each node of this host is to carry: as the operator's file has it, else evenly. */
import { readFileSync } from 'node:fs'
import type { NodeOptions } from '@citygate/nodes/host'
import { ServerOffer } from '@citygate/schema/contract'
import { z } from 'zod'
import { ConfigError } from './config.ts'

export type Wish = NodeOptions['servers']

/** `worker`: the node that carries it, from 1; without one they are dealt out in turn. */
const Offer = ServerOffer.extend({ worker: z.int().min(1).optional() })
const Offers = z.array(Offer).min(1).max(80)

/** One wish for each of `count` nodes. Throws a ConfigError when `file` cannot be used. */
export function shareServers(file: string | undefined, count: number): Wish[] {
  const nodes = Array.from({ length: count }, (_, index) => index)
  if (!file) return nodes.map((index) => (count === 1 ? 'default' : { default: { index, of: count } }))
  const shares: Exclude<Wish, 'default' | { default: unknown }>[] = nodes.map(() => [])
  let dealt = 0
  for (const { worker, ...offer } of readOffers(file)) {
    if (worker !== undefined && worker > count) {
      throw new ConfigError(`servers: ${file}: ${offer.name} is for worker ${worker}, and there are ${count}`)
    }
    const index = worker === undefined ? dealt++ % count : worker - 1
    shares[index]?.push(offer)
  }
  return shares
}

function readOffers(file: string): z.output<typeof Offers> {
  let parsed: unknown
  try {
    // Editors on Windows put a mark in front, which JSON does not know.
    parsed = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''))
  } catch (error) {
    throw new ConfigError(`servers: ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const offers = Offers.safeParse(parsed)
  const wrong = offers.success
    ? conflictsIn(offers.data)
    : offers.error.issues.map((issue) => wordsOf(issue, parsed))
  if (offers.success && wrong.length === 0) return offers.data
  throw new ConfigError(`servers: ${file}: ${wrong.join('; ')}`)
}

/** Central would refuse the first of these, or give another id: the host reads it here, before its token is used. */
function conflictsIn(offers: z.output<typeof Offers>): string[] {
  return offers.flatMap(({ id, name, capacity, soft }, index) => {
    const rest = offers.slice(index + 1)
    const isTwice = {
      name: rest.some((other) => other.name === name),
      id: rest.some((other) => other.id === id),
    }
    return [
      soft !== null && soft > capacity && `${placeOf(index, name)}: soft: at most the capacity, ${capacity}`,
      isTwice.name && `two game servers are called "${name}"`,
      id !== undefined && isTwice.id && `two game servers have the id ${id}`,
    ].filter((words) => words !== false)
  })
}

function wordsOf(issue: z.core.$ZodIssue, parsed: unknown): string {
  const [index, ...path] = issue.path
  if (typeof index !== 'number') return issue.message
  const offer: unknown = Array.isArray(parsed) ? parsed[index] : undefined
  const name = offer && typeof offer === 'object' && 'name' in offer ? offer.name : undefined
  const place = [placeOf(index, name), ...path].join(': ')
  if (issue.code !== 'unrecognized_keys') return `${place}: ${issue.message}`
  const unknown = issue.keys.map((key) => `"${key}"`).join(', ')
  return `${place}: there is no ${unknown}. Allowed: ${Object.keys(Offer.shape).join(', ')}`
}

const placeOf = (index: number, name: unknown) =>
  `game server ${index + 1}${typeof name === 'string' && name ? ` (${name})` : ''}`
