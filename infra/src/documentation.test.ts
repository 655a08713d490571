/** Pages that people rely on: their links lead somewhere, and their flags are the command's. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settings, variableOf } from './settings.ts'

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

test('docs/settings.md has every setting (write it anew with `vitest run -u`)', async () => {
  const rows = Object.values(settings).map(
    ({ name, default: fallback, allowed, meaning }) =>
      `| \`--${name}\` | \`${variableOf(name)}\` | ${fallback} | ${allowed.replaceAll('|', '\\|')} | ${meaning} |`,
  )
  const page = `# Settings

Every setting of the \`citygate\` command. A flag \`--http-port 8080\` is also the key \`http-port = 8080\` in \`citygate.toml\` (in the
folder that the command is started in, or named by \`--config\`) and the variable \`CITYGATE_HTTP_PORT=8080\` of the environment. Flags win over the
environment, the environment over the file. \`--help\` tells which command takes which. This page is made from the settings by a test.

| flag | variable | default | allowed | meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
  await expect(page).toMatchFileSnapshot(join(root, 'docs', 'settings.md'))
})

test('docs/decisions/README.md lists every page (write it anew with `vitest run -u`)', async () => {
  const decisions = pages.filter((page) => /^docs\/decisions\/\d{4}-/.test(page))
  const rows = decisions.map((page) => {
    const [, number, title] = /^# (\d{4}): (.*)$/m.exec(read(page)) ?? []
    expect({ page, number }).toEqual({ page, number: basename(page).slice(0, 4) })
    return `| [${number}](${basename(page)}) | ${title} |`
  })
  const index = `# Decisions

A page for each "why is it like this?" that a newcomer will ask: context, decision, consequences. A decision that is taken back stays, and
says by which page. Numbers go by room: 0001 the house, 0010 the wire, 0020 central and its tables, 0030 the log-in dialogues, 0040 the world and
the game server, 0050 the node's link to central, 0060 the command, 0070 consoles and tests, 0080 content. This list is made by a test.

| page | decision |
| --- | --- |
${rows.join('\n')}
`
  await expect(index).toMatchFileSnapshot(join(root, 'docs', 'decisions', 'README.md'))
})
