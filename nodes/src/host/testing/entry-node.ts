/** OPN, LMP and RFP on free ports of this machine, over a link and a content of the test. */

import type { ServerKind } from '../../dialogue/server-kind.ts'
import { FakeLog } from '../../dialogue/testing/ports.ts'
import { lmp } from '../../entry/lmp.ts'
import { opn } from '../../entry/opn.ts'
import { rfp } from '../../entry/rfp.ts'
import { MemoryLink } from '../../entry/testing/memory-link.ts'
import { PlainContent } from '../../entry/testing/plain-content.ts'
import { systemClock } from '../clock.ts'
import type { Listener } from '../listener.ts'
import { openServer } from './open-server.ts'

export class EntryNode {
  readonly link: MemoryLink
  readonly content = new PlainContent()
  readonly log = new FakeLog()
  /** Milliseconds by which the log-in server's clock is ahead. */
  later = 0
  lmpAddress = { host: '127.0.0.1', port: 8201 }
  rfpAddress: { host: string; port: number } | null = null
  readonly #listeners: Listener[] = []

  private constructor(link: MemoryLink) {
    this.link = link
  }

  static async start(link = new MemoryLink()): Promise<EntryNode> {
    const node = new EntryNode(link)
    const { content } = node
    await node.#open(opn({ content, link, lmp: () => node.lmpAddress }))
    const clock = { utcSeconds: systemClock.utcSeconds, now: () => systemClock.now() + node.later }
    await node.#open(lmp({ content, link, clock, rfp: () => node.rfpAddress }))
    await node.#open(rfp())
    return node
  }

  async #open<S>(kind: ServerKind<S>): Promise<void> {
    const listener = await openServer({
      kind,
      bind: '127.0.0.1',
      port: 0,
      tls: null,
      clock: systemClock,
      log: this.log,
      timing: { helloMs: 0 },
    })
    this.#listeners.push(listener)
  }

  get opn(): number {
    return this.#listeners[0]?.port ?? 0
  }

  get lmp(): number {
    return this.#listeners[1]?.port ?? 0
  }

  get rfp(): number {
    return this.#listeners[2]?.port ?? 0
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close('The test is over.', 0)))
  }
}
