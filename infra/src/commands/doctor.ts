/** `citygate doctor`: can players reach this host? */
import { command } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import { printed } from '../doctor/line.ts'
import { patientKeys } from '../doctor/patient.ts'
import { nodeKeys } from '../hosted-node.ts'
import { lastingKeys } from '../lasting.ts'

export const doctor = command({
  name: 'doctor',
  summary:
    'Can players reach this host? Ports, address, TLS, DNS, clock, central, database: one line each, with the mend. Give it the settings of `up` or `node`; either may run meanwhile.',
  // Also those that change nothing that it looks at: a host gives it the flags that it runs with.
  keys: [...new Set([...patientKeys, ...lastingKeys, ...nodeKeys, 'enrol' as const])],
  listing: true,
  async run(config, { json }) {
    const lines = await examine(config)
    console.log(json ? JSON.stringify(lines, null, 2) : lines.map(printed).join('\n'))
    if (lines.some(({ status }) => status === 'trouble')) process.exitCode = 1
  },
})
