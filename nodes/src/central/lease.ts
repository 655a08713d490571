/**
 * How long this node may trust its epoch, by its own monotonic clock (shared-state.md, "Time"): until
 * the moment the renewing sync was *sent* plus the lease minus a margin, whatever the answer took. Pure.
 */
export interface Lease {
  /** Milliseconds of the monotonic clock. Never moves back. */
  readonly trustedUntil: number
}

/** Clocks may run apart by a few per cent, and central counts from a later moment than the node: ample. */
const marginOf = (leaseMs: number) => Math.min(5000, leaseMs / 10)

export function grantedLease(sentAt: number, leaseMs: number): Lease {
  return { trustedUntil: sentAt + leaseMs - marginOf(leaseMs) }
}

/** Answers may arrive out of order: an older one never shortens what a newer one gave. */
export function renewedLease(lease: Lease, sentAt: number, leaseMs: number): Lease {
  const renewed = grantedLease(sentAt, leaseMs)
  return renewed.trustedUntil > lease.trustedUntil ? renewed : lease
}

export function isTrusted(lease: Lease, now: number): boolean {
  return now < lease.trustedUntil
}
