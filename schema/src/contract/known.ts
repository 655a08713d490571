import type { z } from 'zod'

/**
 * Reads what a neighbour of another release says (docs/decisions/0163-neighbouring-releases.md): fields that the shape does not
 * know are passed over, at any depth, where they are all that is wrong.
 */
export function readKnown<T extends z.ZodType>(shape: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  const result = shape.safeParse(value)
  const issues = result.error?.issues ?? []
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue] : []))
  if (unknown.length === 0 || unknown.length < issues.length) return result
  const known = structuredClone(value)
  for (const { path, keys } of unknown) {
    const holder = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], known)
    for (const key of keys) delete (holder as Record<string, unknown>)[key]
  }
  return shape.safeParse(known)
}
