/**
 * Whether what runs in this container is well; exits with 0 or 1. `health.mjs central` asks the central API;
 * `health.mjs node` knocks at each port that the status file names.
 */
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'

const [what = 'central'] = process.argv.slice(2)
const { CITYGATE_HTTP_PORT: port = '8080', CITYGATE_STATUS_FILE: statusFile = '' } = process.env
const patience = 4000

function answers(url) {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: patience }, (response) => {
      response.resume()
      if (response.statusCode === 200) resolve()
      else reject(new Error(`${url} answers ${response.statusCode}`))
    })
    request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)))
    request.on('error', reject)
  })
}

/** The advertised host is the router's or the host's; in here the port is our own. */
function opens(address) {
  const port = Number(address.split(':').at(-1))
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: patience }, () => {
      socket.destroy()
      resolve()
    })
    socket.on('timeout', () => socket.destroy(new Error(`port ${port} does not open`)))
    socket.on('error', reject)
  })
}

try {
  if (what === 'central') await answers(`http://127.0.0.1:${port}/healthz`)
  else {
    const { nodes } = JSON.parse(readFileSync(statusFile, 'utf8'))
    const addresses = nodes.flatMap(({ opn, lmp, fmp, rfp }) => [opn, lmp, fmp, rfp].filter(Boolean))
    await Promise.all(addresses.map(opens))
  }
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
