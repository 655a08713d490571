import { z } from 'zod'

/** A key that names a game server by its number. */
export const ServerNumber = z.string().regex(/^[1-9]\d{0,8}$/, 'a game server is named by its number')
