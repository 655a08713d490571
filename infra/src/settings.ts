/**
 * Every setting of the `citygate` command, in one place: its name as a flag, what is allowed, what it
 * is without being set, and what it means. `--http-port` is `http-port` in citygate.toml and
 * `CITYGATE_HTTP_PORT` in the environment.
 */
import {
  centralSettings,
  choice,
  number,
  seconds,
  setting,
  units,
  wholeNumber,
} from '@citygate/schema/settings'
import { z } from 'zod'

export { variableOf } from '@citygate/schema/settings'

const port = (name: string, fallback: number, meaning: string) =>
  number(name, fallback, 0, 65535, `${meaning}; 0 is any free port`)

const text = (name: string, takes: string, fallback: string, meaning: string) =>
  setting({
    name,
    takes,
    meaning,
    allowed: 'a text that is not empty',
    default: fallback,
    schema: z.string().min(1).default(fallback),
  })

const optionalText = (name: string, takes: string, fallback: string, meaning: string) =>
  setting({
    name,
    takes,
    meaning,
    allowed: 'a text that is not empty',
    default: fallback,
    schema: z.string().min(1).optional(),
  })

const httpUrl = (protocols: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol))

export const settings = {
  data: text('data', 'FOLDER', 'citygate-data', 'folder of the embedded database, the journal and the keys'),
  log: setting({
    name: 'log',
    takes: 'pretty|json',
    meaning: 'form of the log lines',
    allowed: 'pretty, json',
    default: 'pretty on a terminal, else json',
    schema: z.enum(['pretty', 'json']).optional(),
  }),
  statusFile: optionalText(
    'status-file',
    'FILE',
    'none',
    'JSON file with every address, port, process id and node id, written once everything listens, removed at exit',
  ),

  httpPort: port('http-port', 8080, 'port of the central API and the status page'),
  httpBind: text('http-bind', 'ADDRESS', '127.0.0.1', 'address that the central API listens on'),
  database: setting({
    name: 'database',
    takes: 'URL',
    meaning: 'a Postgres of your own instead of the embedded one',
    allowed: 'a postgres:// URL',
    default: 'none: embedded',
    schema: httpUrl(['postgres:', 'postgresql:']).optional(),
  }),
  operatorKey: setting({
    name: 'operator-key',
    takes: 'KEY',
    meaning: 'an operator’s key; for a new central API its owner’s, instead of one that it makes up',
    allowed: 'at least 24 printable characters without spaces',
    default: 'the one in operator.key, which a new central API makes',
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{24,256}$/)
      .optional(),
  }),

  dialBack: centralSettings.dialBack,
  trustProxy: choice(
    'trust-proxy',
    ['off', 'on'],
    'a proxy on this machine says in X-Forwarded-For whom a request comes from',
    'off',
  ),

  newConsoles: centralSettings.newConsoles,
  newConsolesNode: centralSettings.newConsolesNode,
  nodeLease: centralSettings.nodeLease,
  ticketTime: centralSettings.ticketTime,
  seatTime: centralSettings.seatTime,
  questionTime: centralSettings.questionTime,

  bind: text('bind', 'ADDRESS', '0.0.0.0', 'address that the console ports listen on'),
  advertise: setting({
    name: 'advertise',
    takes: 'ADDRESS',
    meaning: 'address that consoles are told (OPN to LMP to FMP)',
    allowed: 'an IPv4 address or a host name of at most 127 characters',
    default: 'this machine’s LAN address',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,125}[A-Za-z0-9])?$/)
      .optional(),
  }),
  opnPort: port('opn-port', 8200, 'port of the OPN server; consoles expect 8200'),
  lmpPort: port('lmp-port', 8201, 'port of the LMP server'),
  fmpPort: port('fmp-port', 8202, 'port of the FMP server'),
  rfpPort: port('rfp-port', 8203, 'port of the RFP server'),
  tls: choice(
    'tls',
    ['on', 'off'],
    'TLS on the OPN port, as a console expects; off for tools and tests',
    'on',
  ),
  helloDelay: number('hello-delay', 1500, 0, 60_000, 'milliseconds before the server’s first packet'),
  content: optionalText(
    'content',
    'FOLDER',
    'content, in the data folder',
    'folder of your own terms, announcement, greeters, quests; what is not there comes with citygate',
  ),
  name: optionalText('name', 'NAME', 'this machine’s name', 'name of the node in lists'),
  servers: optionalText(
    'servers',
    'FILE',
    'the default world',
    'game servers of this node: a JSON list of {id?, name, type, …}',
  ),
  workers: setting({
    name: 'workers',
    takes: '1|threads:N|processes:N|auto',
    meaning: 'how many nodes this host runs, and as what',
    allowed: '1, threads:N, processes:N, auto',
    default: 'auto',
    schema: z
      .string()
      .regex(/^(1|auto|(threads|processes):[1-9]\d{0,2})$/)
      .default('auto'),
  }),
  accept: choice(
    'accept',
    ['own-port', 'reuse-port', 'dispatch', 'auto'],
    'how a connection finds its node: a port for each, one port that all listen on, or one acceptor in front',
    'own-port',
  ),
  consistency: choice(
    'consistency',
    ['autonomous', 'synchronized'],
    'where shared data is decided',
    'autonomous',
  ),
  profile: choice('profile', ['auto', 'modest', 'robust'], 'for an old PC, or for all cores', 'auto'),
  drainTime: seconds(
    'drain-time',
    '10s',
    0,
    3600,
    'how long a stop waits for players when nobody is in a quest',
  ),
  questTime: seconds('quest-time', '30s', 0, 86_400, 'how long a stop waits while someone is in a quest'),

  central: setting({
    name: 'central',
    takes: 'URL',
    meaning: 'the central API',
    allowed: 'an http:// or https:// URL',
    default: 'http://127.0.0.1:8080',
    schema: httpUrl(['http:', 'https:']).default('http://127.0.0.1:8080'),
  }),
  enrol: optionalText('enrol', 'TOKEN', 'none', 'enrolment token, needed the first time only'),
  roles: setting({
    name: 'roles',
    takes: 'entry,world',
    meaning: 'what the node does, or what a token grants',
    allowed: 'entry, world, or both with a comma',
    default: 'world',
    schema: z
      .string()
      .regex(/^(entry|world)(,(entry|world))?$/)
      .transform((value) => [...new Set(value.split(','))] as ('entry' | 'world')[])
      .default(['world']),
  }),
  keyFile: text('key-file', 'FILE', 'citygate-data/operator.key', 'file with an operator’s key'),
  reachableAt: setting({
    name: 'reachable-at',
    takes: 'HOST,…',
    meaning:
      'hosts, by name or address, towards which central may dial for nodes of the token, besides the one that they come from',
    allowed: 'names or addresses with commas between them, at most 16',
    default: 'none',
    schema: z
      .string()
      .transform((value) => value.split(',').map((host) => host.trim()))
      .pipe(z.array(z.string().regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,126}$/)).max(16))
      .optional(),
  }),
  replace: choice(
    'replace',
    ['off', 'on'],
    'throw away what is in the database that is imported into',
    'off',
  ),
  uses: number('uses', 1, 1, 1000, 'how many nodes may enrol with the token'),
  may: choice('may', ['read', 'moderate', 'own'], 'what the new key may do', 'read'),
  banTime: setting({
    name: 'ban-time',
    takes: 'TIME',
    meaning: 'how long the ban is in force',
    allowed: 'a time like 30m, 12h, 7d, of at most 3650 days',
    default: 'until it is lifted',
    schema: z
      .string()
      .regex(/^\d{1,9}[smhd]?$/)
      .transform((value) => Number.parseInt(value, 10) * (units[value.at(-1) ?? ''] ?? 1))
      .pipe(
        z
          .int()
          .min(1)
          .max(3650 * 86_400),
      )
      .optional(),
  }),
  server: setting({
    name: 'server',
    takes: 'NUMBER',
    meaning: 'only players on this game server',
    allowed: 'a whole number from 1 to 65535',
    default: 'all',
    schema: wholeNumber(1, 65535).optional(),
  }),
  node: optionalText('node', 'ID', 'all', 'only players on this node'),
  limit: number('limit', 50, 1, 200, 'how many entries'),
  ttl: seconds('ttl', '1h', 60, 30 * 86_400, 'how long the token is good'),
  opn: setting({
    name: 'opn',
    takes: 'HOST:PORT',
    meaning: 'where the simulated consoles begin',
    allowed: 'a host and a port, like 127.0.0.1:8200',
    default: '127.0.0.1:8200',
    schema: z
      .string()
      .regex(/^[^\s:]+:\d{1,5}$/)
      .default('127.0.0.1:8200'),
  }),
  duration: seconds('duration', '60s', 1, 86_400, 'how long the bots play once they are in'),
  seed: number('seed', 1, 0, 999_999_999, 'start of the bots’ random numbers'),
} as const

export type SettingKey = keyof typeof settings
type Value<K extends SettingKey> = z.output<(typeof settings)[K]['schema']>
export type Config<K extends SettingKey> = { readonly [P in K]: Value<P> }
