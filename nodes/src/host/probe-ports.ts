/** Ports that answer central's dial-back and nothing else: for a host that wants to be looked at before it starts. */
import type { SecureContextOptions } from 'node:tls'
import type { Identity } from '../central/identity.ts'
import type { Line } from '../dialogue/ports.ts'
import { silentLog } from '../log.ts'
import type { DoorName } from './door.ts'
import { Listener, type Receiver } from './listener.ts'
import { answeringProbes, proverOf } from './probe.ts'
import { consoleTls } from './tls.ts'
import { tlsFiles } from './tls-files.ts'

export interface ProbePortsParts {
  readonly bind: string
  readonly ports: Readonly<Partial<Record<DoorName, number>>>
  /** Data folder with the certificates of OPN. */
  readonly tls: 'off' | { readonly folder: string }
  readonly identity: Pick<Identity, 'nodeId' | 'key'>
}

/** Rejects with the system's error where a port cannot be had. */
export async function openProbePorts({
  bind,
  ports,
  tls,
  identity,
}: ProbePortsParts): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack()
  try {
    const opnTls: SecureContextOptions | null = tls === 'off' ? null : consoleTls(await tlsFiles(tls.folder))
    for (const [name, port] of Object.entries(ports) as [DoorName, number][]) {
      const prove = proverOf(identity, name)
      const listener = await Listener.open({
        ...{ bind, port, tls: name === 'opn' ? opnTls : null, log: silentLog },
        accept: (line) => answeringProbes(line, hangUp(line), prove),
      })
      stack.defer(() => listener.close('', 0))
    }
    return stack.move()
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

/** Whoever is no probe is not served. */
function hangUp(line: Line): Receiver {
  return {
    receive: () => line.destroy(),
    drained() {},
    gone: () => line.destroy(),
    shut: () => line.destroy(),
  }
}
