/** The status page: how many play, where, and a search. Plain HTML from the public answers. */
import type { NodeItem, Player, Server } from '@citygate/schema/contract'
import { html } from 'hono/html'
import { type Html, layout } from './layout.ts'

/** What was looked for, and what came of it. */
export interface Search {
  readonly name: string
  readonly found: readonly Player[]
  /** Cursor of the next page. */
  readonly next: string | null
  /** Why it was refused, in words. */
  readonly refused: string | null
}

export interface Status {
  readonly playersOnline: number
  readonly servers: readonly Server[]
  readonly nodes: readonly NodeItem[]
  readonly search: Search | null
}

export function statusPage(status: Status): Html {
  return layout(
    'Citygate: status',
    html`<h1>${hunters(status.playersOnline)} online</h1>
${searchForm(status.search)}
${status.search && results(status.search)}
<h2>Servers</h2>
${table(
  ['Server', 'Type', 'Players', 'Status', 'Node'],
  status.servers.map(serverRow),
  'No game server is known yet: none has been brought by a node.',
)}
<h2>Nodes</h2>
${table(
  ['Node', 'Roles', 'Players', 'Status', 'Last report'],
  status.nodes.map(nodeRow),
  'No node has enrolled yet.',
)}`,
  )
}

const hunters = (count: number) => (count === 1 ? '1 hunter' : `${count} hunters`)

function searchForm(search: Search | null): Html {
  return html`<form action="/" method="get" role="search">
<label for="name">Find a hunter</label>
<input id="name" name="name" type="search" maxlength="31" required value="${search?.name ?? ''}">
<button>Search</button>
</form>`
}

function results({ name, found, next, refused }: Search): Html {
  if (refused !== null) return html`<p class="down">${refused}</p>`
  const more = next === null ? null : `/?${new URLSearchParams({ name, cursor: next })}`
  return html`<h2>Hunters with “${name}” in their name</h2>
${table(
  ['Name', 'Capcom ID', 'Rank', 'Weapon', 'Where', 'Seen'],
  found.map(playerRow),
  'Nobody of that name is known here.',
)}
${more && html`<p><a href="${more}">More</a></p>`}`
}

const playerRow = (player: Player) => html`<tr><td>${player.name}</td><td><code>${player.capcomId}</code></td>
<td>${player.rank}</td><td>${words(player.weapon)}</td><td>${where(player)}</td><td>${
  player.online ? html`<span class="up">online</span>` : time(player.seenAt)
}</td></tr>`

const serverRow = (server: Server) => html`<tr><td>${server.name}</td><td>${server.type}</td>
<td>${server.population} / ${server.capacity}</td><td class="${server.status}">${server.status}</td>
<td>${server.node?.name}</td></tr>`

const nodeRow = (node: NodeItem) => html`<tr><td>${node.name}</td><td>${node.roles.join(', ')}</td>
<td>${node.population} / ${node.capacity}</td><td class="${node.status}">${node.status}</td>
<td>${time(node.reportedAt)}</td></tr>`

function where({ location }: Player): string {
  if (location === null) return ''
  const places = [location.server, location.gate, location.city].flatMap((place) => place?.name ?? [])
  return places.join(' · ') + (location.inQuest ? ', on a quest' : '')
}

const words = (slug: string | null) => slug?.replaceAll('-', ' ')

const time = (at: string | null) =>
  at && html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`

function table(heads: readonly string[], rows: readonly Html[], none: string): Html {
  if (rows.length === 0) return html`<p class="soft">${none}</p>`
  return html`<div class="wide"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`
}
