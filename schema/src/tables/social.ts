/** What hunters keep of each other. Rows are written under the locks of both players (docs/locking.md). */
import { index, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { bytea, counter, moment } from './columns.ts'
import { players } from './players.ts'

const hunter = (name: string) =>
  text(name)
    .notNull()
    .references(() => players.capcomId)

/** A row for each side: both are made together, and each hunter may delete his own. */
export const friends = pgTable(
  'friends',
  {
    owner: hunter('owner'),
    friend: hunter('friend'),
    /** The order of acceptance. */
    place: counter('place').notNull().generatedAlwaysAsIdentity(),
    since: moment('since').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.friend] }), index('friends_friend').on(t.friend)],
)

/** Requests that wait for an answer. A new one replaces an earlier one of the same two. */
export const friendRequests = pgTable(
  'friend_requests',
  {
    asked: hunter('asked'),
    asker: hunter('asker'),
    number: counter('number').notNull().generatedAlwaysAsIdentity(),
    /** Of the message: the structure MessageInfo, and the text. */
    info: bytea('info').notNull(),
    text: bytea('text').notNull(),
    askedAt: moment('asked_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.asked, t.asker] }),
    unique('friend_requests_number').on(t.number),
    index('friend_requests_asker').on(t.asker),
  ],
)

export const blacklist = pgTable(
  'blacklist',
  {
    owner: hunter('owner'),
    blocked: hunter('blocked'),
    /** The order of listing. */
    place: counter('place').notNull().generatedAlwaysAsIdentity(),
    since: moment('since').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.blocked] }), index('blacklist_blocked').on(t.blocked)],
)
