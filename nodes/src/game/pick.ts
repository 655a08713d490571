import type { Items, StructFields } from '../pat/index.ts'

/** Leaves only the fields that a Head request named; all of them when it named none (wire.md 7.1). */
export const picked =
  <K extends string>(key: K, fields: readonly number[]) =>
  <F extends StructFields, R extends { readonly [P in K]: Items<F> }>(row: R): R =>
    fields.length === 0 ? row : { ...row, [key]: row[key].pick(fields) }
