import { ConfigError } from './config.ts'
import type { Config } from './settings.ts'

/** Settings that are promised but not built yet: the start stops instead of doing something else. */
export function refuseUnbuilt({ consistency }: Config<'consistency'>): void {
  if (consistency !== 'autonomous') {
    throw new ConfigError(`consistency: "${consistency}" is not built yet. Allowed for now: autonomous`)
  }
}
