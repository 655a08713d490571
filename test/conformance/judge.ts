import type { Difference } from './compare.ts'

/** A place where this server differs from the reference on purpose. Wildcards do not exist. */
export interface Deviation {
  readonly scenario: string
  readonly step: string
  readonly client: string
  readonly packet: string
  readonly field: string
  /** The gap, BETTER or correction of the protocol notes that says so. */
  readonly clause: string
}

/** How many recorded frames a deviation says are not sent in this step. */
export function framesNotSent(
  argued: readonly Deviation[],
  scenario: string,
  step: string,
  client: string,
): number {
  const here = (deviation: Deviation): boolean =>
    deviation.scenario === scenario && deviation.step === step && deviation.client === client
  return argued.filter((deviation) => here(deviation) && deviation.field === 'missing').length
}

function isSame(deviation: Deviation, difference: Difference): boolean {
  return (['scenario', 'step', 'client', 'packet', 'field'] as const).every(
    (key) => deviation[key] === difference[key],
  )
}

export interface Verdict {
  /** Differences that nobody argued for. */
  readonly unexpected: readonly Difference[]
  /** Deviations of the scenario that no longer occur. */
  readonly stale: readonly Deviation[]
}

export function judge(
  argued: readonly Deviation[],
  scenario: string,
  differences: readonly Difference[],
): Verdict {
  const own = argued.filter((deviation) => deviation.scenario === scenario)
  return {
    unexpected: differences.filter((found) => !own.some((deviation) => isSame(deviation, found))),
    stale: own.filter((deviation) => !differences.some((found) => isSame(deviation, found))),
  }
}
