/** One thing that a doctor has looked at: how it is, and what to do when it is not well. */
export interface Line {
  readonly check: string
  /** `note`: nothing is wrong, but it could not be seen, or there is something to know. */
  readonly status: 'ok' | 'note' | 'trouble'
  readonly says: string
  /** For `trouble`: the one thing to do. */
  readonly mend?: string
}

export const well = (check: string, says: string): Line => ({ check, status: 'ok', says })
export const note = (check: string, says: string): Line => ({ check, status: 'note', says })
export const trouble = (check: string, says: string, mend: string): Line => ({
  ...{ check, status: 'trouble' },
  ...{ says, mend },
})

const signs = { ok: 'ok     ', note: 'note   ', trouble: 'TROUBLE' } as const

/** As a person reads it: one line, with the mend. */
export function printed({ check, status, says, mend }: Line): string {
  return `${signs[status]} ${check.padEnd(9)} ${says}${mend ? `. What to do: ${mend}` : ''}`
}
