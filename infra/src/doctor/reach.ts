/** Do players reach this host? Central connects to it, and tells what it met. */
import { createCentral } from '@citygate/nodes/central'
import { openProbePorts, reachWords } from '@citygate/nodes/host'
import { type Address, checkReach, type Output, Problem } from '@citygate/schema/contract'
import { type Line, note, trouble, well } from './line.ts'
import type { Patient } from './patient.ts'

const answerMs = 30_000
type Answer = Output<typeof checkReach>

export async function lookAtReach(patient: Patient): Promise<Line[]> {
  const { identity, centralUrl } = patient
  if (identity === null) {
    return [
      note('reach', 'not looked at: this node has not been enrolled yet, and central dials no strangers'),
    ]
  }
  const { call } = createCentral({ url: centralUrl, fetch, key: identity.key })
  const opnTls = patient.config.tls === 'on'
  try {
    // What does not run is looked at with ports that stand in for it meanwhile.
    await using stand = patient.node ? null : await standIn(patient)
    const body = stand === null ? { opnTls } : { opnTls, ports: stand.addresses }
    return told(await call(checkReach, { body }, { deadlineMs: answerMs, repeat: false }))
  } catch (error) {
    return [why(error)]
  }
}

async function standIn({ config, identity, folder, host, ports }: Patient) {
  if (identity === null) throw new Error('no identity')
  const tls = config.tls === 'on' ? { folder } : ('off' as const)
  const open = await openProbePorts({ bind: config.bind, ports, tls, identity })
  const at = (port: number | undefined): Address | null => (port ? { host, port } : null)
  return {
    addresses: { opn: at(ports.opn), lmp: at(ports.lmp), fmp: at(ports.fmp), rfp: at(ports.rfp) },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  }
}

function told(answer: Answer): Line[] {
  if (!answer.dialled) {
    return [
      note(
        'reach',
        'central takes this node’s word (it is on the same machine, or does not dial): look from another network whether the ports answer',
      ),
    ]
  }
  if (answer.findings.length === 0) {
    return [note('reach', 'central knows no address of this node yet: it has not started')]
  }
  return answer.findings.map((finding) => {
    const words = reachWords(finding, answer)
    const { port, address } = finding
    if (words === null)
      return well(
        'reach',
        `${port.toUpperCase()}: central reached this node at ${address.host}:${address.port}`,
      )
    return trouble('reach', words.is, words.mend)
  })
}

function why(error: unknown): Line {
  if (!(error instanceof Problem))
    return note('reach', 'not looked at: central gave no answer, or a port could not be opened')
  switch (error.code) {
    case 'rate_limited':
      return note('reach', 'central looked a moment ago; it does so once a minute. Ask again then')
    case 'unauthorized':
      return trouble(
        'reach',
        'central does not know this node',
        'ask its operator for a token, and start with --enrol',
      )
    case 'node_banned':
      return trouble('reach', 'an operator has banned this node', 'ask the operator why')
    case 'not_found':
    case 'method_not_allowed':
      return note('reach', 'this central is of an earlier release, which does not look')
    default:
      return note('reach', `not looked at: central says ${error.code}`)
  }
}
