/** Can the console ports be had, or are they this host's already? */
import { connect, createServer } from 'node:net'
import type { DoorName } from '@citygate/nodes/host'
import { codeOf, reasonOf } from '../trouble.ts'
import { type Line, note, trouble, well } from './line.ts'
import type { Patient } from './patient.ts'

const consolesExpect = 8200
const connectMs = 2000

export async function lookAtPorts({ config, node, ports }: Patient): Promise<Line[]> {
  const lines = await Promise.all(
    (Object.entries(ports) as [DoorName, number][]).map(async ([name, port]) =>
      node?.[name] === undefined
        ? lookAtFree(config.bind, name, port)
        : lookAtServed(config.bind, name, port),
    ),
  )
  const opn = ports.opn
  if (opn !== undefined && opn !== 0 && opn !== consolesExpect) {
    lines.push(
      note(
        'ports',
        `OPN is on ${opn}; a console looks for it on ${consolesExpect}, so something has to forward that`,
      ),
    )
  }
  return lines
}

async function lookAtFree(bind: string, name: DoorName, port: number): Promise<Line> {
  const title = `${name.toUpperCase()} ${bind}:${port}`
  const refused = await new Promise<unknown>((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host: bind, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
  if (refused === null) return well('ports', `${title} is free for the node, which is not running`)
  const says = `${title} cannot be opened: ${reasonOf(refused)}`
  if (codeOf(refused) === 'EADDRINUSE') {
    return trouble('ports', says, `stop the other program, or choose another port with --${name}-port`)
  }
  if (codeOf(refused) === 'EADDRNOTAVAIL')
    return trouble('ports', says, 'correct --bind; 0.0.0.0 is every address of this machine')
  return trouble('ports', says, `choose a port from 1024 with --${name}-port`)
}

function lookAtServed(bind: string, name: DoorName, port: number): Promise<Line> {
  const host = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMs })
    const done = (line: Line) => {
      socket.destroy()
      resolve(line)
    }
    const title = `${name.toUpperCase()} ${host}:${port}`
    const dead = trouble(
      'ports',
      `${title} does not answer, though the node runs`,
      'look into its log, and restart it',
    )
    socket.once('connect', () => done(well('ports', `${title} is served by the node that runs here`)))
    socket.once('timeout', () => done(dead))
    socket.once('error', () => done(dead))
  })
}
