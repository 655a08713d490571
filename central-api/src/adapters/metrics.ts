/** Figures for Prometheus, counted in this process. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from '../deps.ts'

/** Seconds; a transaction ends within six. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function prometheusMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'citygate_http_request_duration_seconds',
    help: 'Requests by route and status; a held sync counts with its time in hold.',
    labelNames: ['route', 'status'],
    ...{ buckets, registers },
  })
  const transactions = new Histogram({
    name: 'citygate_transaction_duration_seconds',
    help: 'Transactions with their waits for locks: committed, refused, or busy (a lock or statement timed out).',
    labelNames: ['outcome'],
    ...{ buckets, registers },
  })
  const repeats = new Counter({
    name: 'citygate_transaction_repeats_total',
    help: 'Transactions begun again after a deadlock or a serialization failure.',
    registers,
  })
  const alarms = new Counter({
    name: 'citygate_alarms_total',
    help: 'What an operator has to look at: `node-ahead`, a node knows what central has never done.',
    labelNames: ['kind'],
    registers,
  })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `citygate_${name}`, help, labelNames, registers })
  const playersOnline = gauge('players_online', 'Players shown online.')
  const liveLeases = gauge('leases_live', 'Players that live nodes hold.')
  const travellers = gauge('seats_reserved', 'Travellers with a reserved seat.')
  const lockWaits = gauge('lock_waits', 'Database sessions that wait for a row or table now.', ['rows'])
  const lockWaitLongest = gauge('lock_wait_longest_seconds', 'The longest of these waits, so far.', ['rows'])
  const underWay = gauge(
    'transactions_under_way',
    'Of this instance; beyond its ten connections they wait for one.',
  )
  const nodes = gauge('nodes', 'Nodes by status.', ['status'])
  const syncAge = gauge('node_sync_age_seconds', 'Since the last sync of a node that lives.', ['node'])
  const ofNodes = {
    connections: gauge('node_connections', 'Open connections of a node, as it told last.', ['node']),
    players: gauge('node_players', 'Players that a node holds, as it told last.', ['node']),
    cpu: gauge('node_cpu_cores', 'Processor time of a node: 1 is one core busy all the time.', ['node']),
    loopDelay: gauge('node_loop_delay_seconds', 'Longest delay of a node’s event loop between two syncs.', [
      'node',
    ]),
    memory: gauge('node_memory_bytes', 'Resident size of a node’s process.', ['node']),
  }
  const letters = gauge('mail_waiting', 'Letters that have not been acknowledged.')
  const mailLag = gauge('mail_lag_seconds', 'Age of the oldest letter to a live node; 0 when there is none.')

  return {
    request: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    transaction: (outcome, seconds) => transactions.observe({ outcome }, seconds),
    repeat: () => repeats.inc(),
    underWay: (change) => underWay.inc(change),
    alarm: (kind) => alarms.inc({ kind }),
    async render(figures) {
      playersOnline.set(figures.playersOnline)
      liveLeases.set(figures.liveLeases)
      travellers.set(figures.travellers)
      lockWaits.reset()
      lockWaitLongest.reset()
      for (const { rows, waiting, longest } of figures.lockWaits) {
        lockWaits.set({ rows }, waiting)
        lockWaitLongest.set({ rows }, longest)
      }
      letters.set(figures.letters)
      mailLag.set(figures.mailLag)
      nodes.reset()
      for (const [status, count] of Object.entries(figures.nodes)) nodes.set({ status }, count)
      syncAge.reset()
      for (const { node, seconds } of figures.syncAges) syncAge.set({ node }, seconds)
      for (const one of Object.values(ofNodes)) one.reset()
      for (const { node, load } of figures.loads) {
        ofNodes.connections.set({ node }, load.connections)
        ofNodes.players.set({ node }, load.players)
        ofNodes.cpu.set({ node }, load.cpu)
        ofNodes.loopDelay.set({ node }, load.loopDelayMs / 1000)
        ofNodes.memory.set({ node }, load.memory)
      }
      return registry.metrics()
    },
  }
}
