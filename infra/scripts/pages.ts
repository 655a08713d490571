/** Pages of `docs/` that are made from the settings and from the decisions. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings, variableOf } from '../src/settings.ts'

const decisions = join(import.meta.dirname, '..', '..', 'docs', 'decisions')

export function settingsPage(): string {
  const rows = Object.values(settings).map(
    ({ name, default: fallback, allowed, meaning }) =>
      `| \`--${name}\` | \`${variableOf(name)}\` | ${fallback} | ${allowed.replaceAll('|', '\\|')} | ${meaning} |`,
  )
  return `# Settings

Made by \`npm run docs\` from \`infra/src/settings.ts\`; do not edit. A test fails when this page is stale.

Every setting of the \`citygate\` command. A flag \`--http-port 8080\` is also the key \`http-port = 8080\` in \`citygate.toml\` (in the
folder that the command is started in, or named by \`--config\`) and the variable \`CITYGATE_HTTP_PORT=8080\` of the environment. Flags win over the
environment, the environment over the file. \`--help\` tells which command takes which.

| flag | variable | default | allowed | meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

/** Throws a RangeError for a page without a title of the form `# 0001: Title`. */
export function decisionsPage(): string {
  const pages = readdirSync(decisions).filter((name) => /^\d{4}-.*\.md$/.test(name))
  const rows = pages.sort().map((name) => {
    const title = new RegExp(`^# ${name.slice(0, 4)}: (.*)`).exec(readFileSync(join(decisions, name), 'utf8'))
    if (!title) throw new RangeError(`docs/decisions/${name} does not begin with "# ${name.slice(0, 4)}: "`)
    return `| [${name.slice(0, 4)}](${name}) | ${title[1]} |`
  })
  return `# Decisions

Made by \`npm run docs\` from the pages; do not edit. A test fails when this page is stale.

A page for each "why is it like this?" that a newcomer will ask: context, decision, consequences. A decision that is taken back stays, and
says by which page. Numbers go by room: 0001 the house, 0010 the wire, 0020 central and its tables, 0030 the log-in dialogues, 0040 the world and
the game server, 0050 the node's link to central, 0060 the command, 0070 consoles and tests, 0080 content.

| page | decision |
| --- | --- |
${rows.join('\n')}
`
}
