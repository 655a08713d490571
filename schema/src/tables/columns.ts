/** Column types that several tables share. */

import { bigint, customType, jsonb, timestamp } from 'drizzle-orm/pg-core'
import type { Address } from '../contract/types.ts'

/** Bytes as the console has them: names and blobs are never text in the database's eyes. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/** Set and compared by the database's clock only. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** Counts that stay far below 2^53. */
export const counter = (name: string) => bigint(name, { mode: 'number' })

export const address = (name: string) => jsonb(name).$type<Address>()
