/** A log-in that stops where a benchmark wants to look: each step ends before the next one begins. */
import { ascii } from '@citygate/nodes/pat'
import { Connection, type ConnectionSettings } from '../src/console/connection.ts'
import { goToServer, greet, hunterSettings, listServersInGame, settleIn } from '../src/console/game.ts'
import { connectionData, type Memory, mediaVersions } from '../src/console/identity.ts'
import { visitAccount, visitHunter } from '../src/console/lmp.ts'
import { visitOpn } from '../src/console/opn.ts'
import { type Address, openPlain, parseAddress } from '../src/console/socket.ts'

export const steps = [
  'OPN',
  'LMP, account',
  'LMP, hunter and server',
  'FMP, claim',
  'FMP, choice of server',
  'FMP, claim and gates',
  'log out',
] as const
export type Step = (typeof steps)[number]

const settings: ConnectionSettings = {
  patience: 60_000,
  inboxLimit: 1000,
  random: Math.random,
  onPassed: undefined,
}

export class LogInByStep {
  readonly #memory: Memory = {
    supportCode: undefined,
    ticket: undefined,
    capcomId: '',
    name: new Uint8Array(0),
    slots: [],
  }
  readonly #opn: Address
  #next: Address
  #game: Connection | undefined

  constructor(opn: string) {
    this.#opn = parseAddress(opn)
    this.#next = this.#opn
  }

  async take(step: Step): Promise<void> {
    switch (step) {
      case 'OPN':
        this.#memory.ticket = undefined
        this.#next = this.#opn
        this.#next = await this.#visit('opn', async (opn, status) => (await visitOpn(opn, status, false)).lmp)
        return
      case 'LMP, account':
        return this.#visit('lmp', (lmp) => visitAccount(lmp, this.#memory))
      case 'LMP, hunter and server': {
        const isNew = !this.#memory.slots[0]
        const choice = { slot: 1, name: isNew ? ascii('Budget') : undefined }
        this.#next = await this.#visit('lmp', (lmp) => visitHunter(lmp, this.#memory, choice))
        return
      }
      case 'FMP, claim':
        return this.#enter()
      case 'FMP, choice of server':
        await listServersInGame(this.#inGame)
        this.#next = await goToServer(this.#inGame, 1)
        return
      case 'FMP, claim and gates':
        await this.#enter()
        await settleIn(this.#inGame)
        return
      case 'log out':
        return this.#inGame.leave(1)
    }
  }

  get #inGame(): Connection {
    if (!this.#game) throw new Error('not in game')
    return this.#game
  }

  async #enter(): Promise<void> {
    this.#game = this.#open('fmp')
    await this.#game.open(this.#greeting())
    await greet(this.#game, hunterSettings({ rank: 1, weapon: 8 }))
  }

  async #visit<T>(server: 'opn' | 'lmp', dialogue: (line: Connection, status: number) => Promise<T>) {
    const line = this.#open(server)
    return dialogue(line, await line.open(this.#greeting()))
  }

  #open(server: 'opn' | 'lmp' | 'fmp'): Connection {
    return new Connection(server, openPlain(this.#next.host, this.#next.port), settings)
  }

  #greeting() {
    return connectionData(this.#memory, mediaVersions.america)
  }
}
