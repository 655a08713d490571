import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import forge from 'node-forge'
import { afterEach, expect, test } from 'vitest'
import { HttpLines } from './lines.ts'

const usual = getCACertificates('default')
let server: Server

afterEach(() => {
  setDefaultCACertificates(usual)
  server.closeAllConnections()
  server.close()
})

function certificateFor(name: string) {
  const keys = forge.pki.rsa.generateKeyPair(2048)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = '01'
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000)
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  const names = [{ name: 'commonName', value: name }]
  certificate.setSubject(names)
  certificate.setIssuer(names)
  certificate.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }])
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  return { cert: forge.pki.certificateToPem(certificate), key: forge.pki.privateKeyToPem(keys.privateKey) }
}

const request = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'
const alive = () => new AbortController().signal

test('central is asked over TLS, whose certificate must be good for its name; the next handshake is a short one', async () => {
  const identity = certificateFor('localhost')
  const resumed: boolean[] = []
  server = createServer(identity, (asked, response) => {
    response.setHeader('connection', 'close').end(`{"host":"${asked.headers.host}"}`)
  })
  server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const lines = new HttpLines({ secure: true, host: 'localhost', port })
  await expect(lines.ask(request, alive())).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })

  setDefaultCACertificates([identity.cert])
  for (let i = 0; i < 2; i++) {
    expect(await lines.ask(request, alive())).toMatchObject({ status: 200, text: '{"host":"localhost"}' })
  }
  expect(resumed.slice(-2)).toEqual([false, true])

  const byNumber = new HttpLines({ secure: true, host: '127.0.0.1', port })
  await expect(byNumber.ask(request, alive())).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})
