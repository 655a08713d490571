import { createServer } from 'node:net'
import {
  claimSession,
  getPlayer,
  identifyConsole,
  issueTicket,
  Problem,
  readTicket,
  searchPlayers,
  syncNode,
} from '@citygate/schema/contract'
import { describe, expect, test } from 'vitest'
import { createCentral } from './client.ts'
import { CentralUnreachable } from './link.ts'
import type { Fetch } from './send.ts'

const ticketHash = 'a'.repeat(64)
const login = '0b9b5d2e-6a1f-4c6e-8a77-0c8c1f0f3a11'
const found = { login, consoleId: login, capcomId: null, slots: [] }

function problem(code: string, status: number): Response {
  const body = { type: 'about:blank', title: code, status, detail: `${code} in words`, code }
  return Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } })
}

/** Answers in turn; the last one again and again. */
function central(...answers: (() => Response | Promise<Response>)[]) {
  const requests: Request[] = []
  const fetch: Fetch = (request) => {
    requests.push(request)
    const answer = answers[Math.min(requests.length, answers.length) - 1]
    return answer ? answer() : Response.error()
  }
  const { call } = createCentral({ url: 'http://central/base/', fetch, key: 'cgn_k', pause: async () => {} })
  return { call, requests }
}

const reset = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('read ECONNRESET') }))

describe('a request', () => {
  test('is built from the endpoint: path, query, body, key', async () => {
    const { call, requests } = central(() => Response.json({ items: [], next: null }))
    await call(searchPlayers, { query: { name: 'Ærø & co', online: 'true' } })
    expect(requests[0]?.url).toBe('http://central/base/v1/players?name=%C3%86r%C3%B8+%26+co&online=true')
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer cgn_k')

    await call(getPlayer, { params: { capcomId: '../../x' } }).catch(() => {})
    expect(requests[1]?.url).toBe('http://central/base/v1/players/..%2F..%2Fx')

    await call(readTicket, { body: { ticketHash } }).catch(() => {})
    expect(requests[2]?.method).toBe('POST')
    expect(await requests[2]?.json()).toEqual({ ticketHash })
  })
})

test('an answer that was lost stays in doubt when the repeats are rolled back', async () => {
  const body = { ticketHash, epoch: 1, attempt: login }
  const away = () => problem('busy', 503)
  await expect(central(away).call(claimSession, { body })).rejects.toBeInstanceOf(Problem)
  await expect(central(reset, away).call(claimSession, { body })).rejects.toBeInstanceOf(CentralUnreachable)
  const refused = () => problem('ticket_not_armed', 409)
  await expect(central(reset, refused).call(claimSession, { body })).rejects.toBeInstanceOf(Problem)
})

test('a call and its repeats have one trace, and the next call another', async () => {
  const { call, requests } = central(reset, () => Response.json(found))
  await call(readTicket, { body: { ticketHash } })
  await call(readTicket, { body: { ticketHash } })
  const [first, again, next] = requests.map(({ headers }) => headers.get('x-request-id'))
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  expect(requests[0]?.headers.get('traceparent')).toMatch(new RegExp(`^00-${first}-[0-9a-f]{16}-01$`))
  expect(again).toBe(first)
  expect(next).not.toBe(first)
})

describe('an answer', () => {
  test('is read with the contract', async () => {
    const { call } = central(() => Response.json({ ...found, surplus: 1 }))
    expect(await call(readTicket, { body: { ticketHash } })).toEqual(found)
  })

  test('of another form is no answer', async () => {
    const { call, requests } = central(() => Response.json({ login: 7 }))
    await expect(call(readTicket, { body: { ticketHash } })).rejects.toBeInstanceOf(CentralUnreachable)
    expect(requests).toHaveLength(1)
  })

  test('a refusal is a Problem with its code and words', async () => {
    const { call, requests } = central(() => problem('ticket_unknown', 409))
    const error = await call(readTicket, { body: { ticketHash } }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({ code: 'ticket_unknown', message: 'ticket_unknown in words' })
    expect(requests).toHaveLength(1)
  })

  test.each([
    ['a gateway’s page', () => new Response('<h1>502</h1>', { status: 502 })],
    ['a problem of a newer central', () => problem('moon_phase', 409)],
    ['a fault inside', () => problem('internal', 500)],
    ['a write in doubt', () => problem('in_doubt', 503)],
    ['an empty body', () => new Response(null, { status: 200 })],
  ])('%s is no answer', async (_, answer) => {
    const { call } = central(answer)
    const error = await call(claimSession, { body: { ticketHash, epoch: 1 } }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(CentralUnreachable)
  })
})

describe('a call is repeated', () => {
  test('where asking twice is as asking once', async () => {
    const { call, requests } = central(reset, () => Response.json(found))
    await call(readTicket, { body: { ticketHash } })
    expect(requests).toHaveLength(2)
  })

  test.each([
    ['a lost answer', reset],
    ['a write in doubt', () => problem('in_doubt', 503)],
  ])('%s of a console that shows its code, and of a ticket', async (_, lost) => {
    const identify = central(lost, () =>
      Response.json({ consoleId: login, supportCode: 'CODE', created: false, slots: [] }),
    )
    await identify.call(identifyConsole, { body: { supportCode: 'CODE', mediaVersion: '' } })
    expect(identify.requests).toHaveLength(2)
    const ticket = central(lost, () => Response.json({ login, expiresAt: '2026-01-01T00:00:00Z' }))
    await ticket.call(issueTicket, { body: { ticketHash, login: null, consoleId: login, capcomId: null } })
    expect(ticket.requests).toHaveLength(2)
  })

  test('but not where it may have been done already', async () => {
    const { call, requests } = central(reset)
    const identify = call(identifyConsole, { body: { supportCode: null, mediaVersion: '' } })
    await expect(identify).rejects.toBeInstanceOf(CentralUnreachable)
    expect(requests).toHaveLength(1)
  })

  test('where central says that nothing was committed, three times in all', async () => {
    const { call, requests } = central(() => problem('busy', 503))
    await expect(call(claimSession, { body: { ticketHash, epoch: 1 } })).rejects.toMatchObject({
      code: 'busy',
    })
    expect(requests).toHaveLength(3)
  })

  test('not for a caller with a rhythm of its own', async () => {
    const { call, requests } = central(() => problem('busy', 503))
    const body = {
      epoch: 1,
      number: 1,
      holdMs: 0,
      draining: false,
      presence: { generation: null, full: true, set: [], gone: [] },
      releases: [],
      settings: [],
      mailSeen: 0,
      directoryVersion: 0,
    }
    await expect(call(syncNode, { body }, { repeat: false })).rejects.toMatchObject({ code: 'busy' })
    expect(requests).toHaveLength(1)
  })
})

describe('a central that says nothing', () => {
  test('is given up at the deadline, also when its fetch does not heed it', async () => {
    const { call } = central(() => new Promise<Response>(() => {}))
    const error = await call(claimSession, { body: { ticketHash, epoch: 1 } }, { deadlineMs: 20 }).catch(
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(CentralUnreachable)
    expect(error).toMatchObject({ message: 'claimSession: no answer in time' })
  })

  test('is given up when the caller leaves', async () => {
    const { call } = central(() => new Promise<Response>(() => {}))
    const leaving = new AbortController()
    const answer = call(claimSession, { body: { ticketHash, epoch: 1 } }, { signal: leaving.signal })
    leaving.abort()
    await expect(answer).rejects.toBeInstanceOf(CentralUnreachable)
  })

  test('that nobody listens for is reached again without fear', async () => {
    const server = createServer()
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise((closed) => server.close(closed))

    let tries = 0
    const refused: Fetch = (request) => {
      tries++
      return fetch(request)
    }
    const { call } = createCentral({
      url: `http://127.0.0.1:${port}`,
      fetch: refused,
      key: null,
      pause: async () => {},
    })
    const claim = call(claimSession, { body: { ticketHash, epoch: 1 } })
    await expect(claim).rejects.toBeInstanceOf(CentralUnreachable)
    expect(tries).toBe(3)
  })
})
