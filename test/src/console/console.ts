/**
 * A scripted console: the client's half of the whole log-in (login.md 4), then whatever a test lets
 * its hunter do. It is told OPN's address and takes every other from the server's answers.
 */
import {
  AnsLayerChildInfo,
  AnsLayerDown,
  AnsLayerUp,
  AnsLayerUserList,
  AnsUserBinaryNotice,
  type AnyPacket,
  ascii,
  type Body,
  type Bytes,
  LayerSet,
  MessageInfo,
  NtcLayerChat,
  NtcLayerUserPosition,
  ReqLayerChildInfo,
  ReqLayerDown,
  ReqLayerUp,
  ReqLayerUserList,
  ReqUserBinaryNotice,
} from '@citygate/nodes/pat'
import { Connection, type ConnectionSettings, type Passed } from './connection.ts'
import { TurnedAway } from './errors.ts'
import {
  goToServer,
  greet,
  hunterSettings,
  type LayerItems,
  layerFields,
  listServersInGame,
  settleIn,
} from './game.ts'
import { connectionData, type Memory, mediaVersions, type Region, type Slot } from './identity.ts'
import { visitAccount, visitHunter } from './lmp.ts'
import { type OpnVisit, visitOpn } from './opn.ts'
import { byRoom, type ListedServer } from './servers.ts'
import { type Address, openPlain, openTls, parseAddress } from './socket.ts'

export interface ConsoleOptions {
  /** OPN's address, "host:port". */
  readonly opn: string
  readonly tls: boolean
  /** Root certificate in PEM; without it the certificate is not verified. */
  readonly ca?: string | undefined
  /** The account that the console already has. */
  readonly supportCode?: string | undefined
  /** 1 to 6; 1 unless told. */
  readonly slot?: number | undefined
  /** Name of the hunter, ASCII as text; undefined keeps the stored one. */
  readonly name?: string | Bytes | undefined
  readonly region?: Region | undefined
  /** What the hunter shows to others, 256 bytes. */
  readonly settings?: Bytes | undefined
  /** The server that the player picks from the list; the emptiest unless told. */
  readonly pick?: ((servers: readonly ListedServer[]) => number) | undefined
  /** Milliseconds that the console waits for anything; 10 s unless told. */
  readonly patience?: number | undefined
  /** Notifications kept for later; 10,000 unless told. */
  readonly inboxLimit?: number | undefined
  readonly random?: (() => number) | undefined
  /** Told of every frame that passes. */
  readonly onPassed?: ((passed: Passed) => void) | undefined
}

const lmpStatus = { account: 1, hunter: 2 } as const
const fmpStatus = 3

export class Console {
  readonly #options: ConsoleOptions
  readonly #connectionSettings: ConnectionSettings
  readonly #memory: Memory
  #game: Connection | undefined
  #opn: OpnVisit | undefined
  #servers: readonly ListedServer[] = []
  #gates: readonly LayerItems[] = []
  #uniqueId: readonly [number, number] = [0, 0]

  constructor(options: ConsoleOptions) {
    this.#options = options
    this.#connectionSettings = {
      patience: options.patience ?? 30_000,
      inboxLimit: options.inboxLimit ?? 10_000,
      random: options.random ?? Math.random,
      onPassed: options.onPassed,
    }
    this.#memory = {
      supportCode: options.supportCode === undefined ? undefined : ascii(options.supportCode),
      ticket: undefined,
      capcomId: '',
      name: new Uint8Array(0),
      slots: [],
    }
  }

  /** A console that stands on its game server, with the list of gates before it. */
  static async logIn(options: ConsoleOptions): Promise<Console> {
    const console = new Console(options)
    await console.goOnline()
    return console
  }

  get supportCode(): string {
    return String.fromCharCode(...(this.#memory.supportCode ?? []))
  }

  get ticket(): Bytes | undefined {
    return this.#memory.ticket
  }

  /** Presents another ticket from now on. */
  set ticket(ticket: Bytes | undefined) {
    this.#memory.ticket = ticket
  }

  get capcomId(): string {
    return this.#memory.capcomId
  }

  get name(): Bytes {
    return this.#memory.name
  }

  /** As listed on the first LMP visit. */
  get slots(): readonly (Slot | null)[] {
    return this.#memory.slots
  }

  get servers(): readonly ListedServer[] {
    return this.#servers
  }

  get gates(): readonly LayerItems[] {
    return this.#gates
  }

  get uniqueId(): readonly [number, number] {
    return this.#uniqueId
  }

  /** Terms and announcement of the last log-in. */
  get opn(): OpnVisit {
    if (!this.#opn) throw new Error('this console was never online')
    return this.#opn
  }

  /** The connection to the game server. */
  get game(): Connection {
    if (!this.#game) throw new Error('this console is not in game')
    return this.#game
  }

  /** From OPN to the gates of the chosen server. Kills what it opened when it fails. */
  async goOnline(): Promise<void> {
    const address = await this.visitEntry()
    await this.enterServer(address)
    this.#servers = await this.#orDie(listServersInGame(this.game))
    const chosen = this.#options.pick?.(this.#servers) ?? byRoom(this.#servers)[0]?.index ?? 1
    await this.changeServer(chosen)
  }

  /** OPN and the two visits to LMP; gives the address of the first game server. */
  async visitEntry(): Promise<Address> {
    this.#memory.ticket = undefined
    this.#opn = await this.#visit('opn', parseAddress(this.#options.opn), (opn, status) =>
      visitOpn(opn, status, this.#options.region === 'europe'),
    )
    const { lmp } = this.#opn
    await this.#visit('lmp', lmp, (connection, status) => {
      expectStatus('lmp', status, lmpStatus.account)
      return visitAccount(connection, this.#memory)
    })
    const { slot = 1, name } = this.#options
    const choice = { slot, name: typeof name === 'string' ? ascii(name) : name }
    return this.#visit('lmp', lmp, (connection, status) => {
      expectStatus('lmp', status, lmpStatus.hunter)
      return visitHunter(connection, this.#memory, choice)
    })
  }

  /** Opens a game server with the ticket and greets it. */
  async enterServer(address: Address): Promise<void> {
    const game = this.#connect('fmp', address)
    const opening = async (): Promise<readonly [number, number]> => {
      expectStatus('fmp', await game.open(this.#connectionData()), fmpStatus)
      return greet(game, this.#settings())
    }
    this.#game = game
    this.#uniqueId = await this.#orDie(opening())
  }

  /** Leaves for the server with this number in the list and enters it, up to its gates. */
  async changeServer(index: number): Promise<void> {
    const address = await this.#orDie(goToServer(this.game, index))
    await this.enterServer(address)
    this.#gates = await this.#orDie(settleIn(this.game))
  }

  /** Enters gate `number` as the game does; gives who stands there, this hunter included. */
  async enterGate(number: number): Promise<readonly string[]> {
    const game = this.game
    const wanted = { fields: layerFields }
    const { layerData } = await game.call(
      ReqLayerChildInfo,
      { layerIndex: number, ...wanted },
      AnsLayerChildInfo,
    )
    const matchKey = layerData.get('matchKey')
    const layerSet = LayerSet.of(matchKey === undefined ? {} : { matchKey })
    await game.call(ReqLayerDown, { layerIndex: number, layerSet }, AnsLayerDown)
    await game.call(ReqLayerChildInfo, { layerIndex: 0, ...wanted }, AnsLayerChildInfo)
    await this.showSettings()
    return this.listUsers()
  }

  async leaveGate(): Promise<void> {
    await this.game.call(ReqLayerUp, {}, AnsLayerUp)
  }

  /** Capcom IDs of everybody in the hunter's place. */
  async listUsers(): Promise<readonly string[]> {
    const { records } = await this.game.call(ReqLayerUserList, { fields: [1, 2, 7] }, AnsLayerUserList)
    return records.map(({ layerUserInfo }) => String.fromCharCode(...(layerUserInfo.get('capcomId') ?? [])))
  }

  /** Shows the hunter's settings to the others in its place. */
  async showSettings(): Promise<void> {
    const notice = { unknown1: 1, capcomId: ascii(this.capcomId), offset: 0, length: 256 }
    await this.game.call(ReqUserBinaryNotice, notice, AnsUserBinaryNotice)
  }

  /** Tells the others where the hunter stands. */
  move(position: Bytes): void {
    this.game.send(NtcLayerUserPosition, { data: position })
  }

  chat(text: string | Bytes): void {
    const messageInfo = MessageInfo.of({
      textColor: 0xffffffff,
      senderId: ascii(this.capcomId),
      senderName: this.name,
    })
    const message = typeof text === 'string' ? ascii(text) : text
    this.game.send(NtcLayerChat, { unknown1: 1, messageInfo, message })
  }

  /** The first notification of this kind that was not taken yet, now or when it comes. */
  next<P extends AnyPacket>(spec: P, where?: (body: Body<P>) => boolean): Promise<Body<P>> {
    return this.game.next(spec, where)
  }

  /** Leaves online mode in an orderly way; the ticket is forgotten, the support code is not. */
  async logOut(): Promise<void> {
    await this.game.leave(1)
    this.#memory.ticket = undefined
  }

  /** Vanishes without goodbye, by reset. */
  kill(): void {
    this.#game?.kill()
  }

  #settings(): Bytes {
    return this.#options.settings ?? hunterSettings({ rank: 1, weapon: 8 })
  }

  #connectionData(): ReturnType<typeof connectionData> {
    return connectionData(this.#memory, mediaVersions[this.#options.region ?? 'america'])
  }

  #connect(server: 'opn' | 'lmp' | 'fmp', { host, port }: Address): Connection {
    const { tls, ca } = this.#options
    const socket = server === 'opn' && tls ? openTls(host, port, { ca }) : openPlain(host, port)
    return new Connection(server, socket, this.#connectionSettings)
  }

  async #visit<T>(
    server: 'opn' | 'lmp',
    address: Address,
    dialogue: (connection: Connection, status: number) => Promise<T>,
  ): Promise<T> {
    const connection = this.#connect(server, address)
    try {
      return await dialogue(connection, await connection.open(this.#connectionData()))
    } catch (error) {
      connection.kill()
      throw error
    }
  }

  async #orDie<T>(doing: Promise<T>): Promise<T> {
    try {
      return await doing
    } catch (error) {
      this.kill()
      throw error
    }
  }
}

function expectStatus(server: string, status: number, expected: number): void {
  if (status !== expected) throw new TurnedAway(server, status, '')
}
