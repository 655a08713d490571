import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates, rootSize } from './certificates.ts'
import { TlsFilesError, tlsFiles } from './tls-files.ts'

describe('the certificates', () => {
  const made = makeCertificates()
  const root = new X509Certificate(made.rootPem)
  const server = new X509Certificate(made.serverPem)

  test('the root fills its room in the game to the byte, every time', () => {
    for (const { rootDer } of [made, makeCertificates(), makeCertificates()]) {
      expect(rootDer.length).toBe(rootSize)
      expect(rootSize).toBe(924)
      expect(Buffer.from(rootDer.subarray(0, 6)).toString('hex')).toBe('308203983082')
    }
    expect(root.raw.equals(made.rootDer)).toBe(true)
  })

  test('names, serials and dates', () => {
    expect(root.subject.split('\n')).toEqual([
      'C=US',
      'ST=Washington',
      'O=Nintendo of America Inc.',
      'OU=NOA',
      'CN=Nintendo Class 2 CA',
      'emailAddress=ca@noa.nintendo.com',
    ])
    expect(root.issuer).toBe(root.subject)
    expect(root.serialNumber).toBe('01')
    expect(server.subject.split('\n')).toEqual([
      'C=JP',
      'ST=Osaka',
      'L=Osaka City',
      'O=CAPCOM Co.\\,Ltd.',
      'OU=SDD',
      'CN=mh.capcom.co.jp',
    ])
    expect(server.issuer).toBe(root.subject)
    expect(server.serialNumber).not.toBe('01')
    for (const { validFrom, validTo } of [root, server]) {
      expect(new Date(validFrom).getUTCFullYear()).toBeLessThan(2010)
      expect(new Date(validTo).getUTCFullYear()).toBeLessThan(2050)
    }
  })

  test('RSA 1024 and SHA-1, in one chain', () => {
    expect(root.ca).toBe(true)
    expect(server.ca).toBe(false)
    expect(server.verify(root.publicKey)).toBe(true)
    for (const pem of [made.rootPem, made.serverPem]) {
      const parsed = forge.pki.certificateFromPem(pem)
      expect((parsed.publicKey as forge.pki.rsa.PublicKey).n.bitLength()).toBe(1024)
      expect(parsed.siginfo.algorithmOid).toBe(forge.pki.oids.sha1WithRSAEncryption)
    }
  })

  test('names are PrintableStrings, but for the mail address', () => {
    const { subject } = forge.pki.certificateFromPem(made.rootPem)
    const tags = subject.attributes.map(({ valueTagClass }) => Number(valueTagClass))
    expect(tags).toEqual([19, 19, 19, 19, 19, 22])
  })

  test('key identifiers: the root’s own, and of the authority with issuer and serial', () => {
    for (const [pem, serial] of [
      [made.rootPem, '01'],
      [made.serverPem, '01'],
    ] as const) {
      const parsed = forge.pki.certificateFromPem(pem)
      expect(parsed.getExtension('subjectKeyIdentifier')).not.toBeNull()
      const authority = parsed.getExtension('authorityKeyIdentifier') as { value: string } | null
      const rootKeyId = forge.pki.certificateFromPem(made.rootPem).generateSubjectKeyIdentifier().getBytes()
      const fields = forge.asn1.fromDer(authority?.value ?? '').value as forge.asn1.Asn1[]
      expect(fields.map(({ type }) => type)).toEqual([0, 1, 2])
      expect(fields[0]?.value).toBe(rootKeyId)
      expect(forge.util.bytesToHex(fields[2]?.value as string)).toBe(serial)
    }
  })
})

describe('the folder', () => {
  let data = ''

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'citygate tls '))
  })
  afterAll(() => rm(data, { recursive: true, force: true }))

  test('is made on the first start and read on later ones, also by two at once', async () => {
    const [one, two] = await Promise.all([tlsFiles(data), tlsFiles(data)])
    expect(two).toEqual(one)
    expect(await tlsFiles(data)).toEqual(one)
    expect((await readFile(one.rootFile)).length).toBe(rootSize)
    const files = await readdir(join(data, 'tls'))
    expect(files.sort()).toEqual(['ca.der', 'ca.key', 'ca.pem', 'server.key', 'server.pem'])
    expect(await readdir(data)).toEqual(['tls'])
    for (const key of ['ca.key', 'server.key']) {
      expect((await stat(join(data, 'tls', key))).mode & 0o777).toBe(0o600)
    }
  })

  test.each([
    ['server.pem', undefined, 'it is missing'],
    ['server.pem', 'nonsense', 'it cannot be understood'],
    ['server.key', makeCertificates().serverKeyPem, 'it is not the key of server.pem'],
    ['ca.pem', makeCertificates().rootPem, 'it was not signed with the key of ca.pem'],
  ])('with a bad %s it is refused by name (%#)', async (file, text, reason) => {
    const broken = await mkdtemp(join(data, 'broken-'))
    await tlsFiles(broken)
    const path = join(broken, 'tls', file)
    if (text === undefined) await rm(path)
    else await writeFile(path, text)
    const failure = await tlsFiles(broken).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TlsFilesError)
    expect(String(failure)).toContain(reason)
  })

  test('an unreadable one is named as well', async () => {
    const odd = await mkdtemp(join(data, 'odd-'))
    await mkdir(join(odd, 'tls', 'server.pem'), { recursive: true })
    await expect(tlsFiles(odd)).rejects.toThrow('server.pem')
  })
})
