/** Every route that central serves. */
import type { Route } from './route.ts'

export const routes: readonly Route[] = []
