/** What commands print: tables for people, JSON for tools. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2))

/** Prints rows under headings, each column as wide as its widest cell. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  console.log(line(headings))
  for (const row of rows) console.log(line(row))
  if (rows.length === 0) console.log('(none)')
}
