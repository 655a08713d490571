/** A line of TCP that a test can cut, make deaf or lead elsewhere, between a caller and whom it calls. */
import { connect, createServer, type Server, type Socket } from 'node:net'

/** `deaf`: what is asked arrives, and no answer comes back. `cut`: nobody is there. */
export type LineMood = 'open' | 'deaf' | 'cut'

export class Line implements AsyncDisposable {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #mood: LineMood = 'open'
  /** Port on 127.0.0.1 that new connections are led to. */
  target: number

  private constructor(server: Server, target: number) {
    this.#server = server
    this.target = target
    server.on('connection', (near) => this.#accept(near))
  }

  static async open(target: number): Promise<Line> {
    const server = createServer({ pauseOnConnect: true })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    return new Line(server, target)
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  get mood(): LineMood {
    return this.#mood
  }

  /** Whoever is connected is thrown off when the line is cut, and when a deaf line opens again. */
  set mood(mood: LineMood) {
    const throwsOff = mood === 'cut' || (this.#mood === 'deaf' && mood === 'open')
    this.#mood = mood
    if (throwsOff) this.hangUp()
  }

  /** Resets every connection; new ones may come. */
  hangUp(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy()
    this.#pairs.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp()
    await new Promise((closed) => this.#server.close(closed))
  }

  #accept(near: Socket): void {
    if (this.#mood === 'cut') {
      near.resetAndDestroy()
      return
    }
    const far = connect(this.target, '127.0.0.1')
    const pair = [near, far] as const
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    near.pipe(far)
    far.on('data', (chunk) => {
      if (this.#mood === 'open') near.write(chunk)
    })
    near.resume()
  }
}
