/** The certificates in the data folder: made on the first start, the same on every later one. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const names = {
  /** Goes into the game in the place of its own root. */
  rootDer: 'ca.der',
  rootPem: 'ca.pem',
  rootKeyPem: 'ca.key',
  serverPem: 'server.pem',
  serverKeyPem: 'server.key',
} as const

export interface TlsFiles {
  readonly key: string
  readonly cert: string
  /** Where the root for patching lies. */
  readonly rootFile: string
}

/** The folder `tls` holds something that cannot be used. The message names the file and the mend. */
export class TlsFilesError extends Error {
  override readonly name = 'TlsFilesError'
}

/** Reads `<data>/tls`, and makes it first when it is not there. */
export async function tlsFiles(data: string): Promise<TlsFiles> {
  const folder = join(data, 'tls')
  return (await read(folder)) ?? (await make(data, folder))
}

/** The folder appears whole or not at all: a start that is killed in between leaves nothing half done. */
async function make(data: string, folder: string): Promise<TlsFiles> {
  await mkdir(data, { recursive: true })
  // Needed once in the life of a data folder, and large.
  const { makeCertificates } = await import('./certificates.ts')
  const made = makeCertificates()
  const beside = await mkdtemp(join(data, 'tls-new-'))
  try {
    for (const [part, name] of Object.entries(names)) {
      const mode = name.endsWith('.key') ? 0o600 : 0o644
      await writeFile(join(beside, name), made[part as keyof typeof names], { mode })
    }
    await rename(beside, folder).catch((error: unknown) => {
      if (!isCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM')) throw error
    })
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
  const files = await read(folder)
  if (!files) throw new TlsFilesError(`${folder} could not be created.`)
  return files
}

/** Undefined when there is no folder; a TlsFilesError for one that is incomplete or does not fit together. */
async function read(folder: string): Promise<TlsFiles | undefined> {
  const rootFile = join(folder, names.rootPem)
  const certFile = join(folder, names.serverPem)
  const keyFile = join(folder, names.serverKeyPem)
  const texts = await Promise.all([rootFile, certFile, keyFile].map(textOf))
  const [root, cert, key] = texts
  if (root === undefined && cert === undefined && key === undefined) return undefined
  const rootCertificate = parsed(rootFile, root, (text) => new X509Certificate(text))
  const certificate = parsed(certFile, cert, (text) => new X509Certificate(text))
  const privateKey = parsed(keyFile, key, createPrivateKey)
  if (!certificate.checkPrivateKey(privateKey)) throw unusable(keyFile, 'it is not the key of server.pem')
  if (!certificate.verify(rootCertificate.publicKey))
    throw unusable(certFile, 'it was not signed with the key of ca.pem')
  return { key: key ?? '', cert: cert ?? '', rootFile: join(folder, names.rootDer) }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw unusable(file, error instanceof Error ? error.message : 'it cannot be read')
  }
}

function parsed<T>(file: string, text: string | undefined, parse: (text: string) => T): T {
  if (text === undefined) throw unusable(file, 'it is missing')
  try {
    return parse(text)
  } catch {
    throw unusable(file, 'it cannot be understood')
  }
}

function unusable(file: string, reason: string): TlsFilesError {
  return new TlsFilesError(
    `${file} cannot be used: ${reason}. Put the right file back, or remove the whole folder to get new ` +
      'certificates (consoles that were patched with the old ca.der must then be patched again).',
  )
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
