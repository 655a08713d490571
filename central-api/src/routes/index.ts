/** Every route that central serves. */
import { publicRoutes } from './public.ts'
import type { Route } from './route.ts'

export const routes: readonly Route[] = [...publicRoutes]
