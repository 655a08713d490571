import { type Bytes, latin1 } from '../pat/index.ts'

/** Given out by early servers of others, and still in some saves (login.md 2.1). */
const placeholders: ReadonlySet<string> = new Set(['NoSupport', 'NoOnlineSupport'])

/** What central takes for a code: printable ASCII, 1 to 31 bytes. */
const usable = /^[\x21-\x7e]{1,31}$/

/** The support code that a console tells, or null where it has none or none that could be kept. */
export function supportCodeOf(told: Bytes | undefined): string | null {
  if (!told) return null
  const code = latin1(told)
  return usable.test(code) && !placeholders.has(code) ? code : null
}
