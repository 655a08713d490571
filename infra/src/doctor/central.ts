/** Does central answer, does it know this node, and do the clocks agree? */

import { reasonOf } from '../trouble.ts'
import { type Line, note, trouble, well } from './line.ts'
import type { Patient } from './patient.ts'

const answerMs = 5000
/** The game shows the time of day; leases and tickets do not use this clock. */
const clocksMayDifferMs = 60_000

export async function lookAtCentral({ centralUrl, hasCentral, running }: Patient): Promise<Line[]> {
  let response: Response
  const asked = Date.now()
  try {
    response = await fetch(new URL('/readyz', centralUrl), { signal: AbortSignal.timeout(answerMs) })
  } catch (error) {
    if (hasCentral && !running)
      return [note('central', 'is part of this host, which is not running'), unseenClock]
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return [
      trouble(
        'central',
        `${centralUrl} does not answer: ${reasonOf(cause)}`,
        'check --central and your connection; if both are right, tell its operator',
      ),
      unseenClock,
    ]
  }
  await response.body?.cancel()
  return [readiness(centralUrl, response.status), clock(response.headers.get('date'), asked)]
}

function readiness(url: string, status: number): Line {
  if (status === 200) return well('central', `${url} answers, and log-ins work`)
  if (status === 503) {
    return trouble(
      'central',
      `${url} answers, but log-ins would not work there now`,
      'start a node that has the role entry, and look at the database of central',
    )
  }
  return trouble('central', `${url} answers with HTTP ${status}: that is no central API`, 'correct --central')
}

const unseenClock = note('clock', 'not compared: that takes an answer of central')

function clock(date: string | null, asked: number): Line {
  if (date === null) return unseenClock
  const apartMs = Date.parse(date) - asked
  if (Math.abs(apartMs) <= clocksMayDifferMs)
    return well('clock', 'this machine’s clock agrees with central’s')
  const seconds = Math.round(Math.abs(apartMs) / 1000)
  const way = apartMs > 0 ? 'behind' : 'ahead of'
  return trouble(
    'clock',
    `this machine’s clock is ${seconds} s ${way} central’s`,
    'let the system set its clock from the network (NTP)',
  )
}
