/** `npm run check`: types, lint and format, unused code. Every step runs, so that one look shows all. */
import { spawnSync } from 'node:child_process'

const steps: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['lint and format', 'node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.'],
  ['unused code', 'node_modules/knip/bin/knip.js', '--treat-config-hints-as-errors'],
]

let failed = false
for (const [name, script, ...args] of steps) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`)
  failed ||= status !== 0
}
process.exit(failed ? 1 : 0)
