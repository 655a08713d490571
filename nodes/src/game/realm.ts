/**
 * The world of this node between its rules and its sockets: who plays over which connection, and how
 * notices reach them. What changed places is told to central from here, and nothing here waits.
 */
import type { Hold, WorldLink } from '../central/link.ts'
import type { SocialLink } from '../central/social.ts'
import type { Audience, Content } from '../content/index.ts'
import type { Ending, Peer, Worth } from '../dialogue/peer.ts'
import type { Clock, Log } from '../dialogue/ports.ts'
import { ServerList } from '../dialogue/server-list.ts'
import {
  type AnyPacket,
  encodeFrame,
  largestClientFrame,
  NtcCircleChatRelayed,
  NtcLayerChatRelayed,
  NtcLayerUserPositionRelayed,
  type OptionalField,
} from '../pat/index.ts'
import {
  arrive,
  type Command,
  cityOf,
  createWorld,
  expireReservations,
  expireVisits,
  gateOf,
  type Notice,
  type Player,
  part,
  play,
  reservationTime,
  type ServerType,
  type Step,
  takeMoved,
  visitTime,
  type World,
} from '../world/index.ts'
import { FriendFinder } from './abroad.ts'
import { announcementFrames } from './announce.ts'
import type { Crowd } from './crowd.ts'
import { createCursors } from './cursors.ts'
import { say, showNews } from './letters.ts'
import { createPaces, type Said } from './paces.ts'
import type { GameCall, Session } from './session.ts'
import { Ties } from './ties.ts'
import { gameWords, reasonWords } from './words.ts'

const typeNumbers = { open: 1, rookie: 2, expert: 3, recruiting: 4 } as const satisfies Record<
  string,
  ServerType
>

/** What a console that reads too slowly can do without, and may not be told of. */
const worths: ReadonlyMap<number, Worth> = new Map([
  [NtcLayerUserPositionRelayed.id, 'position'],
  [NtcLayerChatRelayed.id, 'chat'],
  [NtcCircleChatRelayed.id, 'chat'],
])

export interface RealmParts {
  readonly link: WorldLink
  readonly social: SocialLink
  readonly content: Content
  readonly clock: Clock
  readonly log: Log
}

export class Realm {
  readonly world: World
  readonly link: WorldLink
  readonly content: Content
  readonly clock: Clock
  readonly social: SocialLink
  readonly log: Log
  readonly #sessions = new Map<Player, Session>()
  /** Claimed, and not in the world yet. */
  readonly #arriving = new Map<string, Ties>()

  constructor({ link, social, content, clock, log }: RealmParts) {
    this.link = link
    this.content = content
    this.clock = clock
    this.social = social
    this.log = log
    this.world = createWorld(link.servers.map((server) => ({ ...server, type: typeNumbers[server.type] })))
    link.onLost((hold, words, over) =>
      this.#lose(hold, words ?? (over ? gameWords.leaseLost : gameWords.loggedInElsewhere)),
    )
    link.onAnnounce((text, serverId) => this.#announce(text, serverId))
    social.onLetter((hold, news) => {
      const session = this.playing(hold.capcomId)
      if (session) showNews(session, news)
      else this.outdate(hold.capcomId)
    })
  }

  /** Connected players of this node. */
  get size(): number {
    return this.#sessions.size
  }

  /** Who plays on this node under the Capcom ID. */
  playing(capcomId: string): Session | undefined {
    const player = this.world.players.get(capcomId)
    return player && this.#sessions.get(player)
  }

  /** A claimed player is on his way into the world: what concerns him meanwhile is not lost. */
  arriving(hold: Hold): Ties {
    const ties = new Ties(this.social, hold)
    this.#arriving.set(hold.capcomId, ties)
    return ties
  }

  /** Something changed for a hunter who does not play here yet, if he is on his way at all. */
  outdate(capcomId: string): void {
    this.#arriving.get(capcomId)?.outdate()
  }

  /** Takes a claimed player in; undefined when his server has no room or is not of this node. */
  enter(
    peer: Peer,
    hold: Hold,
    audience: Audience,
    ties: Ties,
    blocked: ReadonlySet<string>,
  ): Session | undefined {
    if (this.#arriving.get(hold.capcomId) === ties) this.#arriving.delete(hold.capcomId)
    const before = this.playing(hold.capcomId)
    if (before) this.#replace(before)
    const player = arrive(this.world, {
      capcomId: hold.capcomId,
      name: hold.name,
      server: hold.serverId,
      settings: hold.settings ?? undefined,
    })
    if (!player) return undefined
    player.blocked = blocked
    const servers = new ServerList(() => this.link.directory)
    const session: Session = {
      realm: this,
      peer,
      hold,
      player,
      audience,
      servers,
      cursors: createCursors(),
      paces: createPaces(this.clock.now()),
      ties,
      finder: new FriendFinder(),
      requestsShown: new Set(),
      waitingShown: false,
      status: undefined,
    }
    this.#sessions.set(player, session)
    this.#tellMoved()
    return session
  }

  /** The session is over: nothing of the player stays. A second call does nothing. */
  leave(session: Session, ending: Ending): void {
    if (this.#sessions.get(session.player) !== session) return
    // Still connected after ReqShut, he hears what his leaving changes on the quest board (game.md 5.1).
    this.#deliver(part(this.world, session.player))
    this.#sessions.delete(session.player)
    this.link.release(session.hold, ending)
  }

  /**
   * Lets the world decide about a packet and sends what follows from it. `answer` is the packet that
   * belongs to the request: a refusal is its Alert form.
   */
  request<A extends readonly unknown[]>(
    call: GameCall,
    answer: AnyPacket,
    command: Command<A>,
    ...args: A
  ): void {
    const step = play(this.world, call.session.player, call.sequence, command, ...args)
    if (step.refused) call.refuse(answer, reasonWords[step.refused])
    this.#deliver(step, call, answer)
  }

  /** The same for a packet that has no answer, as long as the hunter keeps to his pace. */
  notify<A extends readonly unknown[]>(call: GameCall, said: Said, command: Command<A>, ...args: A): void {
    if (!call.session.paces[said].take(this.clock.now())) return
    this.#deliver(play(this.world, call.session.player, call.sequence, command, ...args))
  }

  /** Frees reservations when the time of the latest one is over. */
  watchReservation(): void {
    this.clock.after(reservationTime, () => this.#deliver(expireReservations(this.world, this.clock.now())))
  }

  /** Gives kept seats back when the time of the latest one is over. */
  watchVisit(): void {
    this.clock.after(visitTime, () => expireVisits(this.world, this.clock.now()))
  }

  #deliver(step: Step, call?: GameCall, answer?: AnyPacket): void {
    for (const notice of step.notices) {
      if (call && notice.packet === answer) call.reply(notice.packet, notice.body)
      else this.#send(notice)
    }
    this.#tellMoved()
  }

  /** Encodes once for everybody. */
  #send({ to, packet, body, sequence }: Notice): void {
    const frame = encodeFrame(packet, sequence, body)
    if (frame.length > largestClientFrame) {
      this.log.info({ packet: packet.name, size: frame.length }, 'not relayed: over the client’s buffer')
      return
    }
    const worth = worths.get(packet.id)
    for (const player of to) this.#sessions.get(player)?.peer.sendFrame(frame, worth)
  }

  /** The players as the host sees them. */
  get crowd(): Crowd {
    return {
      members: () =>
        [...this.#sessions.values()].map(({ player, hold }) => ({
          capcomId: hold.capcomId,
          inQuest: player.readiness === 'quest',
        })),
      say: (text, capcomId) => {
        const sessions = capcomId === undefined ? [...this.#sessions.values()] : [this.playing(capcomId)]
        const frames = announcementFrames(text)
        for (const session of sessions) if (session) say(session, text, frames)
      },
      dismiss: (capcomId, text) => {
        const session = this.playing(capcomId)
        if (!session) return
        session.peer.shut(text)
        this.leave(session, 'lost')
      },
    }
  }

  /** To everybody here, or on one game server. */
  #announce(text: string, serverId: number | null): void {
    const frames = announcementFrames(text)
    for (const session of this.#sessions.values()) {
      if (serverId === null || session.hold.serverId === serverId) say(session, text, frames)
    }
  }

  #tellMoved(): void {
    for (const player of takeMoved(this.world)) {
      const session = this.#sessions.get(player)
      if (!session) continue
      const city = cityOf(player)
      this.link.present(session.hold, {
        serverId: player.server.number,
        gate: (player.at && gateOf(player.at)?.number) ?? null,
        city: city?.number ?? null,
        inQuest: player.readiness === 'quest',
        leader: city?.leader === player,
        fields: published(player.searchFields),
        cityFields: city?.leader === player ? published(city.optionalFields) : [],
      })
    }
  }

  /** The same hunter comes in again while his old connection has not been missed yet. */
  #replace(session: Session): void {
    this.leave(session, 'lost')
    session.peer.shut(gameWords.loggedInElsewhere)
  }

  #lose(hold: Hold, words: string): void {
    const session = this.playing(hold.capcomId)
    if (session?.hold.fence !== hold.fence) return
    session.peer.shut(words)
    this.leave(session, 'lost')
  }
}

/** As central keeps it: `number:value`. */
const published = (fields: readonly OptionalField[]): string[] =>
  fields.map(({ id, value }) => `${id}:${value ?? ''}`)
