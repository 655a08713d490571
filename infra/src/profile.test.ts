import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chosenProfile, heapOptions, wantedProfile } from '../../profile.mjs'
import { profileWords } from './profile.ts'

const gib = 2 ** 30
const old = { cores: 2, memory: 1 * gib }
const large = { cores: 8, memory: 16 * gib }

test('auto is modest on an old machine, and bounds nothing on another', () => {
  expect(chosenProfile('auto', old)).toBe('modest')
  expect(chosenProfile('auto', { cores: 1, memory: 16 * gib })).toBe('modest')
  expect(chosenProfile('auto', large)).toBe('usual')
  expect(chosenProfile('robust', old)).toBe('robust')
  expect(chosenProfile('modest', large)).toBe('modest')
})

test('a heap is bounded in modest, by what the command needs', () => {
  expect(heapOptions('modest', 'node')).toContain('--max-old-space-size=128')
  expect(heapOptions('modest', 'up')).toContain('--max-old-space-size=256')
  expect(heapOptions('usual', 'up')).toEqual([])
  expect(heapOptions('modest', 'doctor')).toEqual([])
})

test('the options are options of this Node.js, and bound its heap', () => {
  const print = 'console.log(require("v8").getHeapStatistics().heap_size_limit / 2 ** 20)'
  const run = spawnSync(process.execPath, [...heapOptions('modest', 'node'), '-e', print], {
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  expect(Number(run.stdout)).toBeLessThan(140)
})

test('the launcher reads the setting as the command does: flag, environment, file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'citygate '))
  const config = join(folder, 'own.toml')
  writeFileSync(config, '# mine\nhttp-port = 8080\nprofile = "modest"\n')
  try {
    expect(wantedProfile(['up', '--profile', 'robust'], { CITYGATE_PROFILE: 'modest' })).toBe('robust')
    expect(wantedProfile(['up', '--profile=modest'], {})).toBe('modest')
    expect(wantedProfile(['up', '--config', config], {})).toBe('modest')
    expect(wantedProfile(['up'], { CITYGATE_CONFIG: config, CITYGATE_PROFILE: 'robust' })).toBe('robust')
    expect(wantedProfile(['up', '--profile', 'odd'], {})).toBe('auto')
    expect(wantedProfile(['up'], { CITYGATE_CONFIG: join(folder, 'none') })).toBe('auto')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what was seen and chosen is said, also where the heap could not be bounded', () => {
  expect(profileWords('auto', old, 144 * 2 ** 20, 1)).toBe(
    'profile: modest, on 2 cores and 1.0 GiB: one node, the heap may grow to 144 MiB',
  )
  expect(profileWords('robust', large, 4 * gib, 8)).toBe(
    'profile: robust, as set, on 8 cores and 16.0 GiB; the heap may grow to 4096 MiB',
  )
  expect(profileWords('modest', large, 4 * gib, 1)).toContain('give Node.js --max-old-space-size yourself')
  expect(profileWords('modest', large, 144 * 2 ** 20, 3)).toContain('3 nodes, as --workers has it, the heap')
})
