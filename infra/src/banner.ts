import type { NodeStatus } from './status-file.ts'

/** What a person reads once everything listens. */
export interface Addresses {
  readonly http?: string
  readonly nodes?: readonly NodeStatus[]
  /** Where consoles begin. */
  readonly opn?: { readonly address: string; readonly tls: boolean }
  readonly caFile?: string
  readonly operatorKeyFile?: string
}

/** The names under which the regions' games look for OPN (login.md 1.1), and the certificate's name. */
const hostNames = [
  ['Japan', 'mmh-t1-opn02.mmh-service.capcom.co.jp'],
  ['North America', 'mmh-t1-opn03.mmh-service.capcom.co.jp'],
  ['Europe', 'mmh-t1-opn04.mmh-service.capcom.co.jp'],
  ['all', 'mh.capcom.co.jp'],
] as const

export function banner(at: Addresses): string {
  const lines = ['', '  Citygate is up.', '']
  if (at.http) lines.push(`  Browsers and tools   ${at.http}/`)
  if (at.opn) {
    lines.push(`  Consoles             ${at.opn.address}${at.opn.tls ? ' (TLS)' : ' (no TLS)'}`)
  }
  const { nodes = [] } = at
  const worlds = nodes.filter(({ servers }) => servers.length > 0)
  if (worlds.length > 0) {
    const count = worlds.reduce((sum, { servers }) => sum + servers.length, 0)
    const where = [...new Set(worlds.flatMap(({ fmp }) => fmp ?? []))].join(', ')
    lines.push(`  Game servers         ${count}, at ${where}`)
  }
  const ports = portsOf(nodes).join(', ')
  if (ports) lines.push(`  Ports                ${ports} (TCP): forward them for players outside`)
  if (at.caFile) lines.push(`  Certificate          ${at.caFile}`)
  if (at.operatorKeyFile) lines.push(`  Operator’s key       ${at.operatorKeyFile}`)
  if (at.opn) {
    lines.push('', '  Dolphin: put these lines into the hosts file of the machine that runs it, and untick')
    lines.push(
      '  “Verify certificates” in its debugging network pane (or patch the game, see README.md):',
      '',
    )
    const host = at.opn.address.replace(/:\d+$/, '')
    for (const [region, name] of hostNames) lines.push(`    ${host}  ${name}   # ${region}`)
  }
  return `${lines.join('\n')}\n`
}

/** Everything that consoles are told to connect to. */
function portsOf(nodes: readonly NodeStatus[]): readonly string[] {
  const told = nodes.flatMap(({ opn, lmp, fmp, rfp }) => [opn, lmp, fmp, rfp].flatMap((at) => at ?? []))
  return [...new Set(told.map((at) => at.slice(at.lastIndexOf(':') + 1)))]
}
