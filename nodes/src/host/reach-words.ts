/** What dial-back has found, in plain words: what is the matter, and the one thing to do. */
import type { checkReach, Finding, Output } from '@citygate/schema/contract'
import { isInside } from './source.ts'

export interface ReachWords {
  readonly is: string
  readonly mend: string
}

/** `from` is the address under which central sees this host. Null for a port that is found well. */
export function reachWords(
  { port, address, finding }: Finding,
  { from }: Pick<Output<typeof checkReach>, 'from'>,
): ReachWords | null {
  const name = port.toUpperCase()
  const at = `${address.host}:${address.port}`
  switch (finding) {
    case 'ok':
      return null
    case 'unreachable':
      return {
        is: `${name}: nobody answers at ${at}`,
        mend: `forward TCP port ${address.port} of your router to this machine, and open it in this machine’s firewall`,
      }
    case 'other-service':
      return {
        is: `${name}: something answers at ${at}, but it is no Citygate`,
        mend: `look which machine your router forwards port ${address.port} to, and which program listens there`,
      }
    case 'other-node':
      return {
        is: `${name}: another node of Citygate answers at ${at}`,
        mend: `forward port ${address.port} to this machine, or give this node ports of its own (--${port}-port)`,
      }
    case 'tls-refused':
      return {
        is: `${name}: the port at ${at} is open but does not speak TLS as a console does`,
        mend: 'leave --tls on, and let no proxy stand before this port',
      }
    case 'name-unknown':
      return {
        is: `${name}: the name ${address.host} has no IPv4 address`,
        mend: 'correct the name at your DNS provider, or advertise the address itself (--advertise)',
      }
    case 'private-address':
      return {
        is: `${name}: ${address.host} is an address inside of a house: nobody outside reaches it`,
        mend: `start with --advertise and your public address${from === null || isInside(from) ? '' : `, which is ${plain(from)}`}`,
      }
    case 'not-your-address':
      return {
        is: `${name}: ${address.host} is advertised, but you come from ${from === null ? 'elsewhere' : plain(from)}`,
        mend:
          from === null || isInside(from)
            ? `ask the operator for a token made with --reachable-at ${address.host}`
            : 'advertise that address (--advertise), or ask the operator for a token made with --reachable-at for yours',
      }
    case 'port-too-low':
      return {
        is: `${name}: central dials no port below 1024, and this is ${address.port}`,
        mend: `use a port from 1024 (--${port}-port)`,
      }
  }
}

const plain = (address: string) => address.replace(/^::ffff:/i, '')
