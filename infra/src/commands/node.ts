import { throughHttp } from '@citygate/nodes/central'
import { banner } from '../banner.ts'
import { command } from '../command.ts'
import { nodeKeys, startHostedNode, statusOf } from '../hosted-node.ts'
import { lastingKeys, runLasting } from '../lasting.ts'
import { refuseUnbuilt } from '../unbuilt.ts'

export const node = command({
  name: 'node',
  summary: 'Run a node alone, for a central API elsewhere.',
  keys: [...lastingKeys, 'central', 'enrol', 'roles', ...nodeKeys],
  async run(config) {
    refuseUnbuilt(config)
    await runLasting(config, async (lasting) => {
      const running = await startHostedNode(config, lasting, {
        central: { url: config.central, send: throughHttp() },
        roles: config.roles,
        enrolToken: async () => config.enrol ?? null,
      })
      lasting.ready({ nodes: [statusOf(running)] })
      const opn = running.opn ? { opn: { address: running.opn, tls: config.tls === 'on' } } : {}
      console.log(banner({ ...opn, ...(running.rootFile ? { caFile: running.rootFile } : {}) }))
    })
  },
})
