/** Moving everything of value from one database to another, through a file (docs/decisions/0106-moving.md). */
export { exportDatabase } from './export.ts'
export { ExportUnusable } from './format.ts'
export { importDatabase } from './import.ts'
