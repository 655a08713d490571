/** Pages that people rely on: their links lead somewhere, and their flags are the command's. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settings } from '../src/settings.ts'
import { decisionsPage, settingsPage } from './pages.ts'

const root = join(import.meta.dirname, '..', '..')
const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((page) => existsSync(join(root, page)))
const read = (page: string) => readFileSync(join(root, page), 'utf8')

/** As on GitHub: the heading in small letters, blanks as dashes, nothing else. */
const anchors = (page: string) =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  )

describe.each(pages)('%s', (page) => {
  const text = read(page).replace(/```.*?```/gs, '')

  test('has links that lead somewhere', () => {
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : join(dirname(page), path)
        if (!existsSync(join(root, target))) return true
        return anchor !== undefined && !anchors(target).includes(anchor)
      })
    expect(broken).toEqual([])
  })

  test('names no flag that the command does not have', () => {
    const known = new Set(Object.values(settings).map(({ name }) => name))
    for (const option of ['help', 'json', 'config']) known.add(option)
    const commands = [...text.matchAll(/`[^`\n]*`/g)].map(([span]) => span)
    const flags = commands
      .filter((span) => /^`(--|npm start|npx citygate|citygate)/.test(span))
      .flatMap((span) => [...span.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag))
    expect(flags.filter((flag) => !known.has(flag))).toEqual([])
  })
})

test('the README gives the defaults that the command has', () => {
  const rows = [...read('README.md').matchAll(/^\| (`--[^|]*) \| ([^|]*) \|/gm)]
  expect(rows.length).toBeGreaterThan(5)
  for (const [, flags = '', given = ''] of rows) {
    const names = [...flags.matchAll(/`--([a-z-]+)`/g)].map(([, name]) => name)
    const defaults = Object.values(settings).filter(({ name }) => names.includes(name))
    expect(`${flags} ${given.trim()}`).toBe(`${flags} ${defaults.map((known) => known.default).join(' ')}`)
  }
})

test.each([
  ['docs/settings.md', settingsPage],
  ['docs/decisions/README.md', decisionsPage],
])('%s is what `npm run docs` makes', (page, made) => {
  expect(read(page)).toBe(made())
})
