/** Binary kind 4: fifteen trades, each an item for one of up to three others (login.md 7.5, extras.md 2.6). */
import { z } from 'zod'
import type { Bytes } from '../../pat/index.ts'
import { Layout } from '../layout.ts'
import type { Source } from '../source.ts'

/** Item number of the game, and how many. */
const Amount = z.strictObject({ item: z.int().min(1).max(0xffff), count: z.int().min(1).max(0xffff) })

const TradingPost = z.strictObject({
  trades: z.array(z.strictObject({ give: Amount, prices: z.array(Amount).min(1).max(3) })).max(15),
})

export function tradingPost(source: Source): Bytes {
  const { trades } = source.toml(TradingPost)
  const out = new Layout(15 * 16)
  trades.forEach(({ give, prices }, row) => {
    ;[give, ...prices].forEach(({ item, count }, slot) => {
      out.u16(row * 16 + slot * 4, item, count)
    })
  })
  return out.bytes
}
