/** Every route that central serves. */
import { nodeRoutes } from './nodes.ts'
import { operatorRoutes } from './operators.ts'
import { publicRoutes } from './public.ts'
import type { Route } from './route.ts'
import { sessionRoutes } from './sessions.ts'
import { socialRoutes } from './social.ts'

export const routes: readonly Route[] = [
  ...publicRoutes,
  ...nodeRoutes,
  ...operatorRoutes,
  ...sessionRoutes,
  ...socialRoutes,
]
