/** The whole examination, in the order in which a host would look for himself. */
import { type Lookup, lookAtAddress, lookAtDns, systemLookup } from './address.ts'
import { lookAtCentral } from './central.ts'
import { lookAtDatabase } from './database.ts'
import type { Line } from './line.ts'
import { type PatientConfig, readPatient } from './patient.ts'
import { lookAtPorts } from './ports.ts'
import { lookAtReach } from './reach.ts'
import { lookAtTls } from './tls.ts'

export async function examine(config: PatientConfig, find: Lookup = systemLookup): Promise<Line[]> {
  const patient = await readPatient(config)
  const looks = [
    await lookAtPorts(patient),
    await lookAtAddress(patient, find),
    await lookAtTls(patient),
    await lookAtDns(patient, find),
    await lookAtCentral(patient),
    await lookAtDatabase(patient),
    // Last, for it may open the ports itself.
    await lookAtReach(patient),
  ]
  return looks.flat()
}
