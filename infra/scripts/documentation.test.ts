/** Pages that people rely on: their links lead somewhere, and their flags are the command's. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CommandSpec } from '../src/command.ts'
import { commands, groups } from '../src/commands/index.ts'
import { type SettingKey, settings } from '../src/settings.ts'
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

/** Lines of the examples that call the command, as words. */
function examples(page: string): string[][] {
  const blocks = [...read(page).matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .flatMap(
      (line) => /(?:npx |exec central |\/opt\/citygate\/\S+\/)citygate(?:-node)? (.*)/.exec(line)?.[1] ?? [],
    )
    .map((call) => call.replace(/\s#.*$/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
}

type Shape = Pick<CommandSpec<SettingKey>, 'keys' | 'listing'>

function commandOf([first = '', second = '']: readonly string[]): Shape | undefined {
  const [, group] = Object.entries(groups).find(([name]) => name === first) ?? []
  return group
    ? group.commands.find(({ name }) => name === second)
    : commands.find(({ name }) => name === first)
}

test.each(pages.filter((page) => examples(page).length > 0))(
  'the examples of %s are commands that there are, with flags and values that they take',
  (page) => {
    for (const words of examples(page)) {
      const spec = commandOf(words)
      expect(spec, words.join(' ')).toBeDefined()
      const keys = spec?.keys ?? []
      for (const [at, word] of words.entries()) {
        const [, flag] = /^--([a-z-]+)$/.exec(word) ?? []
        if (flag === undefined || (flag === 'json' && spec?.listing)) continue
        const key = keys.find((one) => settings[one].name === flag)
        expect(key, words.join(' ')).toBeDefined()
        const value = words[at + 1]?.replaceAll(/^["']|["']$/g, '') ?? ''
        // Where something stands for what is everybody's own.
        if (!key || /[…$]/.test(value)) continue
        expect(settings[key].schema.safeParse(value).success, `--${flag} ${value}`).toBe(true)
      }
    }
  },
)

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
