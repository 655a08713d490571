import type { Difference } from './compare.ts'

/** A place where this server differs from the reference on purpose. Wildcards do not exist. */
export interface Deviation {
  readonly scenario: string
  readonly step: string
  readonly client: string
  readonly packet: string
  readonly field: string
  /** The gap, BETTER or correction of the protocol notes that says so. */
  readonly clause: string
}

type Place = Pick<Deviation, 'packet' | 'field'>

/** Several places of one step of one client, for the same reason. */
function at(
  [scenario, step, client]: readonly [string, string, string],
  clause: string,
  places: readonly Place[],
): Deviation[] {
  return places.map((place) => ({ scenario, step, client, ...place, clause }))
}

function place(packet: string, field: string): Place {
  return { packet, field }
}

const version = 'login.md 6.2 no. 11: the version of the server list rises when a node brings servers'
const listVersion = [place('AnsFmpListVersion', 'version'), place('AnsFmpListVersion2', 'version')]
const inOrder = 'wire.md 1: TCP may join messages; the reference reads one message each time it looks'
const unknownTicket = 'login.md 2.6: an unknown ticket at FMP is refused at once, in words'
const noShut = 'game.md 7.1 no. 38: a request that cannot be met is refused, the player stays'

export const deviations: readonly Deviation[] = [
  ...at(['login_only', 'login', 'A'], version, listVersion),
  ...at(['login_binaries', 'login', 'A'], version, listVersion),
  ...at(['change_server', 'login', 'A'], version, listVersion),
  ...at(['change_server', 'enter server 5', 'A'], version, [place('AnsFmpListVersion2', 'version')]),
  ...at(['pipelined', 'login', 'A'], version, listVersion),
  ...at(['ticket_unknown', 'login', 'A'], version, listVersion),

  ...at(['pipelined', 'three requests at once', 'A'], inOrder, [
    place('AnsServerTime#2', 'surplus'),
    place('AnsServerTime#3', 'surplus'),
  ]),
  ...at(['pipelined', 'flush', 'A'], inOrder, [
    place('AnsServerTime', 'sequence'),
    place('AnsServerTime#2', 'sequence'),
    place('AnsServerTime#3', 'sequence'),
    place('AnsServerTime#4', 'missing'),
    place('AnsServerTime#5', 'missing'),
  ]),

  ...at(['ticket_unknown', 'connect with unknown ticket', 'B'], unknownTicket, [
    place('NtcLogin', 'missing'),
    place('NtcShut', 'surplus'),
    place('connection', 'close'),
  ]),
  ...at(['ticket_unknown', 'layer start with unknown ticket', 'B'], unknownTicket, [
    place('AnsLayerStart', 'missing'),
    place('connection', 'close'),
  ]),
  ...at(['ticket_unknown', 'gate list with unknown ticket', 'B'], unknownTicket, [
    place('NtcShut', 'missing'),
  ]),

  ...at(['login_binaries', 'unknown binary 200', 'A'], noShut, [
    place('NtcShut', 'missing'),
    place('AnsBinaryHeadAlert', 'surplus'),
    place('connection', 'close'),
  ]),
]

/** How many recorded frames a deviation says are not sent in this step. */
export function framesNotSent(scenario: string, step: string, client: string): number {
  const here = (deviation: Deviation): boolean =>
    deviation.scenario === scenario && deviation.step === step && deviation.client === client
  return deviations.filter((deviation) => here(deviation) && deviation.field === 'missing').length
}

function isSame(deviation: Deviation, difference: Difference): boolean {
  return (['scenario', 'step', 'client', 'packet', 'field'] as const).every(
    (key) => deviation[key] === difference[key],
  )
}

export interface Verdict {
  /** Differences that nobody argued for. */
  readonly unexpected: readonly Difference[]
  /** Deviations of the scenario that no longer occur. */
  readonly stale: readonly Deviation[]
}

export function judge(
  scenario: string,
  differences: readonly Difference[],
  argued: readonly Deviation[] = deviations,
): Verdict {
  const own = argued.filter((deviation) => deviation.scenario === scenario)
  return {
    unexpected: differences.filter((found) => !own.some((deviation) => isSame(deviation, found))),
    stale: own.filter((deviation) => !differences.some((found) => isSame(deviation, found))),
  }
}
