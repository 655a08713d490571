import { ConfigError } from './config.ts'
import type { Config } from './settings.ts'

/** Settings that are promised but not built yet: the start stops instead of doing something else. */
export function refuseUnbuilt(config: Config<'workers' | 'accept' | 'consistency'>): void {
  const { workers, accept, consistency } = config
  if (workers !== '1' && workers !== 'auto') {
    throw new ConfigError(`workers: "${workers}" is not built yet. Allowed for now: 1, auto (which is 1)`)
  }
  if (accept !== 'own-port') {
    throw new ConfigError(`accept: "${accept}" is not built yet. Allowed for now: own-port`)
  }
  if (consistency !== 'autonomous') {
    throw new ConfigError(`consistency: "${consistency}" is not built yet. Allowed for now: autonomous`)
  }
}
