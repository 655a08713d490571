/** `citygate doctor`: can players reach this host? */
import { command } from '../command.ts'
import { examine } from '../doctor/examine.ts'
import { printed } from '../doctor/line.ts'
import { patientKeys } from '../doctor/patient.ts'

export const doctor = command({
  name: 'doctor',
  summary:
    'Can players reach this host? Ports, address, TLS, DNS, clock, central, database: one line each, with the mend. Give it the settings of `up` or `node`; either may run meanwhile.',
  keys: patientKeys,
  listing: true,
  async run(config, { json }) {
    const lines = await examine(config)
    console.log(json ? JSON.stringify(lines, null, 2) : lines.map(printed).join('\n'))
    if (lines.some(({ status }) => status === 'trouble')) process.exitCode = 1
  },
})
