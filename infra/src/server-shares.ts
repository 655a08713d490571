/** Which game servers each node of this host is to carry: as the operator's file has it, else evenly. */
import { readFileSync } from 'node:fs'
import type { NodeOptions } from '@citygate/nodes/host'
import { ServerOffer } from '@citygate/schema/contract'
import { z } from 'zod'
import { ConfigError } from './config.ts'

export type Wish = NodeOptions['servers']

/** `worker`: the node that carries it, from 1; without one they are dealt out in turn. */
const Offers = z
  .array(ServerOffer.extend({ worker: z.int().min(1).optional() }))
  .min(1)
  .max(80)

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
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`servers: ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const offers = Offers.safeParse(parsed)
  if (offers.success) return offers.data
  throw new ConfigError(`servers: ${file}: ${z.prettifyError(offers.error)}`)
}
