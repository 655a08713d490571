import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const sources = join(import.meta.dirname, '..')

test('which of the two ways is in force is asked by nobody: both are named where they are made, and where one is chosen', () => {
  const named = globSync('**/*.ts', { cwd: sources })
    .filter((file) => !/\.(test|bench)\.ts$|testing\//.test(file))
    .flatMap((file) =>
      readFileSync(join(sources, file), 'utf8')
        .split('\n')
        .filter((line) => /['"`](autonomous|synchronized)['"`]/.test(line) && !/^\s*(\*|\/[/*])/.test(line))
        .map((line) => `${file.replaceAll('\\', '/')}: ${line.trim()}`),
    )
  expect(named.sort()).toEqual([
    "central/autonomous.ts: name: 'autonomous',",
    "central/open-link.ts: options.consistency ?? 'autonomous',",
    "central/synchronized.ts: name: 'synchronized',",
  ])
})
