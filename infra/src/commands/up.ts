/** `citygate up`: the whole system on this machine. */
import { join } from 'node:path'
import { createCentral } from '@citygate/nodes/central'
import { createEnrolToken, type Role } from '@citygate/schema/contract'
import { banner } from '../banner.ts'
import { command } from '../command.ts'
import { ConfigError } from '../config.ts'
import { centralKeys, startHostedCentral } from '../hosted-central.ts'
import { nodeKeys } from '../hosted-node.ts'
import { planHere, startHostedNodes } from '../hosted-nodes.ts'
import { lastingKeys, runLasting } from '../lasting.ts'
import type { NodeStatus } from '../status-file.ts'

const roles: Role[] = ['entry', 'world']

export const up = command({
  name: 'up',
  summary: 'Run the whole system on this machine: central API, status page, and its nodes.',
  keys: [...new Set([...lastingKeys, ...centralKeys, ...nodeKeys])],
  // At home friends join from the same house; a stranger still has central dial nowhere but to himself.
  defaults: { dialBack: 'allow-private' },
  async run(config) {
    const plan = await planHere(config, roles)
    await runLasting(config, async (lasting) => {
      const central = await startHostedCentral(config, lasting)
      const place = { url: central.url, fetch: central.fetch }
      const tell = (nodes: readonly NodeStatus[]) => lasting.ready({ http: central.url, nodes })
      const { nodes, rootFile } = await startHostedNodes(config, lasting, {
        central: place,
        roles,
        enrolToken: async () => {
          if (!central.operatorKey) throw new ConfigError(noKey(lasting.folder))
          const { call } = createCentral({ ...place, key: central.operatorKey })
          return (await call(createEnrolToken, { body: { roles, ownMachine: true } })).token
        },
        plan,
        onChange: tell,
      })
      tell(nodes)
      const opn = nodes.find((node) => node.opn)?.opn
      console.log(
        banner({
          http: central.url,
          nodes,
          operatorKeyFile: join(lasting.folder, 'operator.key'),
          ...(rootFile ? { caFile: rootFile } : {}),
          ...(opn ? { opn: { address: opn, tls: config.tls === 'on' } } : {}),
        }),
      )
    })
  },
})

/** The database has operators and this machine's node has lost its identity: somebody has to vouch for it. */
const noKey = (folder: string) =>
  `operator-key: central does not know this node, and only an operator can enrol it anew. Put operator.key back into ${folder}, or set CITYGATE_OPERATOR_KEY`
