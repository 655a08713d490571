/**
 * The certificates that a console wants to see on OPN (login.md 1.4): a root of our own in the place
 * of the one inside the game, and a server certificate for the name that the game compares with.
 * Only the chain, the dates and the common name are known to be checked; the rest copies the originals.
 */
import forge from 'node-forge'

const { asn1, md, pki } = forge

/** Inside main.dol there is room for exactly this many bytes, and patchers look for a certificate that fills it. */
export const rootSize = 924

/** A Wii's clock can be years off. Both years fit the two-digit form of a date, which ends with 2049. */
const notBefore = new Date(Date.UTC(2006, 0, 1))
const notAfter = new Date(Date.UTC(2049, 0, 1))

const rootNames = [
  ['C', 'US'],
  ['ST', 'Washington'],
  ['O', 'Nintendo of America Inc.'],
  ['OU', 'NOA'],
  ['CN', 'Nintendo Class 2 CA'],
  ['E', 'ca@noa.nintendo.com'],
] as const

const serverNames = [
  ['C', 'JP'],
  ['ST', 'Osaka'],
  ['L', 'Osaka City'],
  ['O', 'CAPCOM Co.,Ltd.'],
  ['OU', 'SDD'],
  ['CN', 'mh.capcom.co.jp'],
] as const

export interface Certificates {
  /** What goes into the game in the place of its own root. */
  readonly rootDer: Uint8Array
  readonly rootPem: string
  readonly rootKeyPem: string
  readonly serverPem: string
  readonly serverKeyPem: string
}

export function makeCertificates(): Certificates {
  const rootKeys = newKeys()
  const root = certificate(rootKeys.publicKey, '01', rootNames, rootNames)
  root.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectKeyIdentifier' },
    keyOf(root, '01'),
  ])
  root.sign(rootKeys.privateKey, md.sha1.create())

  const serverKeys = newKeys()
  const serial = forge.util.bytesToHex(`\x01${forge.random.getBytesSync(8)}`)
  const server = certificate(serverKeys.publicKey, serial, serverNames, rootNames)
  server.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'subjectKeyIdentifier' },
    keyOf(root, '01'),
  ])
  server.sign(rootKeys.privateKey, md.sha1.create())

  return {
    rootDer: Buffer.from(asn1.toDer(pki.certificateToAsn1(root)).getBytes(), 'latin1'),
    rootPem: pki.certificateToPem(root),
    rootKeyPem: pki.privateKeyToPem(rootKeys.privateKey),
    serverPem: pki.certificateToPem(server),
    serverKeyPem: pki.privateKeyToPem(serverKeys.privateKey),
  }
}

function newKeys(): forge.pki.rsa.KeyPair {
  return pki.rsa.generateKeyPair({ bits: 1024, e: 0x10001 })
}

type Names = readonly (readonly [shortName: string, value: string])[]

function certificate(
  publicKey: forge.pki.rsa.PublicKey,
  serialNumber: string,
  subject: Names,
  issuer: Names,
): forge.pki.Certificate {
  const made = pki.createCertificate()
  made.publicKey = publicKey
  made.serialNumber = serialNumber
  made.validity.notBefore = notBefore
  made.validity.notAfter = notAfter
  made.setSubject(attributes(subject))
  made.setIssuer(attributes(issuer))
  return made
}

/** PrintableString throughout, as in the originals; a mail address has an "@", which only IA5String knows. */
function attributes(names: Names): forge.pki.CertificateField[] {
  return names.map(([shortName, value]) => {
    const valueTagClass = shortName === 'E' ? asn1.Type.IA5STRING : asn1.Type.PRINTABLESTRING
    return { shortName, value, valueTagClass: valueTagClass as unknown as forge.asn1.Class }
  })
}

/** Authority key identifier with key id, issuer and serial: without them the root is too short. */
function keyOf(root: forge.pki.Certificate, serialNumber: string): object {
  return {
    name: 'authorityKeyIdentifier',
    keyIdentifier: root.generateSubjectKeyIdentifier().getBytes(),
    authorityCertIssuer: root.subject,
    serialNumber,
  }
}
