/** The whole examination, in the order in which a host would look for himself. */
import { existsSync } from 'node:fs'
import { homeOf } from '../identities.ts'
import { type Lookup, lookAtAddress, lookAtDns, systemLookup } from './address.ts'
import { lookAtCentral } from './central.ts'
import { lookAtDatabase } from './database.ts'
import { type Line, note, printed } from './line.ts'
import { type Patient, type PatientConfig, readPatients } from './patient.ts'
import { lookAtPorts } from './ports.ts'
import { lookAtReach } from './reach.ts'
import { lookAtTls } from './tls.ts'

export async function examine(config: PatientConfig, find: Lookup = systemLookup): Promise<Line[]> {
  const patients = await readPatients(config)
  const [patient] = patients
  const ofEach = async (look: (one: Patient) => Promise<Line[]>) =>
    (await Promise.all(patients.map(look))).flat()
  const looks = [
    await ofEach(lookAtPorts),
    restingNodes(patient),
    await lookAtAddress(patient, find),
    await lookAtTls(patient),
    await lookAtDns(patient, find),
    await lookAtCentral(patient),
    await lookAtDatabase(patient),
    // Last, for it may open the ports itself.
    await ofEach(lookAtReach),
  ]
  // Nodes behind one port say the same of it.
  const lines = new Map(looks.flat().map((line) => [printed(line), line]))
  return [...lines.values()]
}

/** Which ports the further nodes of a host have, it knows when it runs. */
function restingNodes({ node, folder }: Patient): Line[] {
  if (node || !existsSync(homeOf(folder, 1))) return []
  return [
    note('ports', 'this host has run several nodes; the first is looked at now, all of them while they run'),
  ]
}
