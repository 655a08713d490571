import { throughHttp } from '@citygate/nodes/central'
import { banner } from '../banner.ts'
import { command } from '../command.ts'
import { nodeKeys } from '../hosted-node.ts'
import { planHere, startHostedNodes } from '../hosted-nodes.ts'
import { lastingKeys, runLasting } from '../lasting.ts'
import type { NodeStatus } from '../status-file.ts'
import { journal } from './journal.ts'

export const node = command({
  name: 'node',
  summary: 'Run a node alone, for a central API elsewhere.',
  keys: [...lastingKeys, 'central', 'enrol', 'roles', ...nodeKeys],
  children: [journal],
  async run(config) {
    const plan = await planHere(config, config.roles)
    await runLasting(config, async (lasting) => {
      const tell = (nodes: readonly NodeStatus[]) => lasting.ready({ nodes })
      const { nodes, rootFile } = await startHostedNodes(config, lasting, {
        central: { url: config.central, send: throughHttp() },
        roles: config.roles,
        enrolToken: async () => config.enrol ?? null,
        plan,
        onChange: tell,
      })
      tell(nodes)
      const address = nodes.find((node) => node.opn)?.opn
      const opn = address ? { opn: { address, tls: config.tls === 'on' } } : {}
      console.log(banner({ nodes, ...opn, ...(rootFile ? { caFile: rootFile } : {}) }))
    })
  },
})
