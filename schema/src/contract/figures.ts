/** Figures over time, and as they change. */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { page, Time } from './types.ts'

export const StatsSample = z
  .object({ at: Time, playersOnline: z.int(), nodes: z.int() })
  .meta({ id: 'StatsSample' })
export type StatsSample = z.infer<typeof StatsSample>

/** A bucket of several samples tells the most players and nodes that were seen in it. */
export const getStatsHistory = endpoint({
  name: 'getStatsHistory',
  method: 'GET',
  path: '/v1/stats/history',
  caller: 'public',
  summary:
    'Players online and nodes over time, oldest first; the last day in steps of 5 minutes unless said otherwise.',
  query: z.strictObject({
    from: Time.optional(),
    to: Time.optional(),
    /** Seconds or a unit: `60`, `5m`, `1h`, `1d`. */
    step: z
      .string()
      .regex(/^\d{1,6}[smhd]?$/, 'a time like 60, 5m, 1h or 1d')
      .optional(),
  }),
  output: page(StatsSample),
  problems: ['bad_request'],
})

/**
 * Each event is `event: stats` with the answer of `/v1/stats`, `event: nodes` or `event: servers` with the
 * items of those lists; the first three come at once, later ones when they change. A comment line keeps the
 * connection alive.
 */
export const streamEvents = endpoint({
  name: 'streamEvents',
  method: 'GET',
  path: '/v1/events',
  caller: 'public',
  media: 'text/event-stream',
  summary: 'Population and node status as they change (server-sent events).',
  output: z.unknown(),
  problems: ['not_offered', 'rate_limited'],
})

export const getMetrics = endpoint({
  name: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  caller: 'operator',
  role: 'read',
  media: 'text/plain; version=0.0.4; charset=utf-8',
  summary: 'Figures for Prometheus: requests, latencies, locks, leases, mail, syncs.',
  output: z.unknown(),
  problems: ['unauthorized', 'forbidden', 'not_offered'],
})
