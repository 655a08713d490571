/** The pages for people: `/` shows how things are, `/docs` what may be asked. */
import { Problem, searchPlayers } from '@citygate/schema/contract'
import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import { transact } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { openApi } from '../openapi.ts'
import { type Html, pageHeaders } from '../page/layout.ts'
import { referencePage } from '../page/reference.ts'
import { type Search, statusPage } from '../page/status.ts'
import { listNodes } from '../services/nodes-view.ts'
import * as search from '../services/search.ts'
import { listServers } from '../services/servers-view.ts'
import { figures } from '../services/stats.ts'
import { limitStranger } from './limits.ts'
import { observed } from './traced.ts'

export function publicPages(deps: Deps): Hono {
  const app = new Hono()
  const labelled = deps.inRoute ?? ((_, work) => work())
  for (const [path, { name, make }] of Object.entries(pages)) {
    app.get(path, observed(deps, path), (context) =>
      labelled(name, async () => {
        await limitStranger(deps, null, context)
        return context.html(await make(deps, context), 200, { ...pageHeaders, 'Cache-Control': 'no-store' })
      }),
    )
  }
  return app
}

/** Names as those of the contract: for the comments of statements. */
const pages: Readonly<
  Record<string, { readonly name: string; make(deps: Deps, context: Context): Promise<Html> }>
> = {
  '/': {
    name: 'statusPage',
    async make(deps, context) {
      const { name, cursor } = context.req.query()
      const { servers, nodes } = await transact(deps, async (tx) => ({
        servers: await listServers(tx),
        nodes: await listNodes(tx),
      }))
      // Behind it: a search has a transaction of its own, and on Workers there is one connection.
      const found = name ? await find(deps, name, cursor) : null
      return statusPage({ ...figures(servers, nodes), servers, nodes, search: found })
    },
  },
  '/docs': { name: 'referencePage', make: async () => referencePage(openApi()) },
}

/** As `GET /v1/players` finds them; a refusal is told in the page. */
async function find(deps: Deps, name: string, cursor: string | undefined): Promise<Search> {
  try {
    const asked = { name, ...(cursor === undefined ? {} : { cursor }) }
    const query = searchPlayers.query.safeParse(asked)
    if (!query.success) return { name, found: [], next: null, refused: refusal(query.error) }
    const { items, next } = await search.searchPlayers(deps, query.data)
    return { name, found: items, next, refused: null }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { name, found: [], next: null, refused: error.message }
  }
}

const refusal = ({ issues }: z.ZodError) =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
