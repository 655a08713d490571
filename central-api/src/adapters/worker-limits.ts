/** Limits on Workers: the platform counts, at each of its places for itself (docs/decisions/0107-limits-on-workers.md). */
import type { LimitKind, Limits } from '../deps.ts'

/** A binding of the kind `ratelimits`. */
interface RateLimit {
  limit(of: { readonly key: string }): Promise<{ readonly success: boolean }>
}

/** How infra/wrangler.jsonc calls them; one that is missing is no limit. */
export interface LimitBindings {
  readonly LIMIT_PUBLIC?: RateLimit
  readonly LIMIT_NODE?: RateLimit
  readonly LIMIT_WRONG_KEY?: RateLimit
}

const bindingOf = {
  public: 'LIMIT_PUBLIC',
  node: 'LIMIT_NODE',
  'wrong-key': 'LIMIT_WRONG_KEY',
} as const satisfies Record<LimitKind, keyof LimitBindings>

/** The period of each binding. */
const periodSeconds = 60
/** Beyond it the oldest are let go: an instance is small. */
const rememberedAtMost = 10_000

/** The platform cannot be asked without counting: who was refused is remembered by the instance. */
export function workerLimits(bindings: () => LimitBindings, clock: () => number = Date.now): Limits {
  const refusedUntil = new Map<string, number>()

  const remember = (name: string) => {
    refusedUntil.delete(name)
    refusedUntil.set(name, clock() + periodSeconds * 1000)
    const [oldest] = refusedUntil.keys()
    if (refusedUntil.size > rememberedAtMost && oldest !== undefined) refusedUntil.delete(oldest)
  }

  return {
    async take(kind, key) {
      const answer = await bindings()[bindingOf[kind]]?.limit({ key })
      if (answer?.success !== false) return null
      remember(`${kind} ${key}`)
      return periodSeconds
    },
    async blocked(kind, key) {
      const until = refusedUntil.get(`${kind} ${key}`) ?? 0
      const rest = Math.ceil((until - clock()) / 1000)
      return rest > 0 ? rest : null
    },
  }
}
