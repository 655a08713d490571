/** Can OPN speak TLS as a console does? */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TlsFilesError, tlsFiles } from '@citygate/nodes/host'
import { type Line, note, trouble, well } from './line.ts'
import type { Patient } from './patient.ts'

export async function lookAtTls({ config, folder, ports }: Patient): Promise<Line[]> {
  if (ports.opn === undefined) return [well('tls', 'this host has no OPN port: nothing here speaks TLS')]
  if (config.tls === 'off') {
    return [note('tls', 'off: no console gets in, unless something in front of the OPN port speaks its TLS')]
  }
  const files = join(folder, 'tls')
  if (!existsSync(files))
    return [note('tls', `the certificates will be made at the first start, in ${files}`)]
  try {
    const { rootFile } = await tlsFiles(folder)
    return [well('tls', `the certificates fit together; games are patched with ${rootFile}`)]
  } catch (error) {
    if (!(error instanceof TlsFilesError)) throw error
    const [says = '', ...mend] = error.message.split('. ')
    return [trouble('tls', says, mend.join('. ').replace(/\.$/, ''))]
  }
}
