/** Makes a thread of a program that runs do something, as a debugger would: for what no message can ask of it. */
import { once } from 'node:events'
import { eventually } from './eventually.ts'
import type { FrontDoor } from './front-door.ts'

interface Message {
  readonly method?: string
  readonly params?: { readonly sessionId: string; readonly workerInfo: { readonly title: string } }
}

/** For the environment of the program. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=0' }

/** Runs `code` in one of the threads of that name, and resolves when it has run. */
export async function runInThread(door: FrontDoor, pid: number, name: string, code: string): Promise<void> {
  process.kill(pid, 'SIGUSR1')
  const url = await eventually(
    () => Promise.resolve(/Debugger listening on (ws:\S+)/.exec(door.said)?.[1]),
    (found) => found !== undefined,
  )
  const socket = new WebSocket(url ?? '')
  await once(socket, 'open')
  let asked = false
  await new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as Message
      if (method === 'NodeWorker.receivedMessageFromWorker') resolve()
      if (method !== 'NodeWorker.attachedToWorker' || asked) return
      if (!params?.workerInfo.title.endsWith(name)) return
      asked = true
      const { sessionId } = params
      const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: code } })
      const ask = { id: 2, method: 'NodeWorker.sendMessageToWorker', params: { sessionId, message } }
      socket.send(JSON.stringify(ask))
    })
    const enable = { id: 1, method: 'NodeWorker.enable', params: { waitForDebuggerOnStart: false } }
    socket.send(JSON.stringify(enable))
  })
  socket.close()
}
