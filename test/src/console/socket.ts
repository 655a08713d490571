import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** How the console reaches OPN. */
export interface TlsSettings {
  /**
   * The root certificate that the console trusts, in PEM. Without it nothing is verified, as in an
   * emulator with "verify certificates" off.
   */
  readonly ca?: string | undefined
}

/** The name that the game expects in the certificate, whatever the host is called (login.md 1.4). */
const certificateName = 'mh.capcom.co.jp'

/** What the console's system software speaks: TLS 1.0, RSA key exchange, RSA 1024, no SNI. */
export function openTls(host: string, port: number, { ca }: TlsSettings): Socket {
  return connectTls({
    host,
    port,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1',
    ciphers: 'AES128-SHA:AES256-SHA:@SECLEVEL=0',
    rejectUnauthorized: ca !== undefined,
    ...(ca === undefined ? {} : { ca }),
    checkServerIdentity: (_host, { subject }) =>
      subject.CN === certificateName ? undefined : new Error(`certificate of ${subject.CN}`),
  })
}

export function openPlain(host: string, port: number): Socket {
  return connect({ host, port, noDelay: true })
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** Reads "host:port". Throws a RangeError on anything else. */
export function parseAddress(text: string): Address {
  const match = /^(?<host>.+):(?<port>\d{1,5})$/.exec(text)
  const port = Number(match?.groups?.port)
  const host = match?.groups?.host
  if (!host || !(port > 0 && port < 65536)) throw new RangeError(`not host:port: ${JSON.stringify(text)}`)
  return { host, port }
}
