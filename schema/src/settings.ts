/**
 * Settings of central that every runtime has, how a setting is declared, and how its text is checked: the `citygate`
 * command reads them from flags, files and the environment, a Worker from its variables.
 */
import { z } from 'zod'

export interface Setting<T = unknown> {
  readonly name: string
  /** What the flag takes, for the help text. */
  readonly takes: string
  readonly meaning: string
  /** What is allowed, in words, for refusals. */
  readonly allowed: string
  /** Shown in the help text; the value itself comes from `schema`'s default. */
  readonly default: string
  /** Parses the text of a flag, a variable or a file's value. */
  readonly schema: z.ZodType<T>
}

/** The start cannot go on with this configuration. The message names key, value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export function setting<T>(declared: Setting<T>): Setting<T> {
  return declared
}

export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most))

export const number = (name: string, fallback: number, least: number, most: number, meaning: string) =>
  setting({
    name,
    takes: 'NUMBER',
    meaning,
    allowed: `a whole number from ${least} to ${most}`,
    default: String(fallback),
    schema: wholeNumber(least, most).default(fallback),
  })

export const choice = <const C extends readonly [string, ...string[]]>(
  name: string,
  choices: C,
  meaning: string,
  fallback: C[number],
) =>
  setting({
    name,
    takes: choices.join('|'),
    meaning,
    allowed: choices.join(', '),
    default: fallback,
    schema: z.enum(choices).default(fallback),
  })

export const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 }

export const seconds = (name: string, fallback: string, least: number, most: number, meaning: string) =>
  setting({
    name,
    takes: 'TIME',
    meaning,
    allowed: `a time like 30s, 10m, 1h, 1d, from ${least} s to ${most} s`,
    default: fallback,
    schema: z
      .string()
      .regex(/^\d{1,6}[smhd]?$/)
      .transform((value) => Number.parseInt(value, 10) * (units[value.at(-1) ?? ''] ?? 1))
      .pipe(z.int().min(least).max(most))
      .default(Number.parseInt(fallback, 10) * (units[fallback.at(-1) ?? ''] ?? 1)),
  })

/** `http-port` → `CITYGATE_HTTP_PORT`. */
export const variableOf = (name: string): string => `CITYGATE_${name.toUpperCase().replaceAll('-', '_')}`

/** @throws ConfigError naming where the value was found */
export function checked<T>(
  { name, allowed, schema }: Setting<T>,
  found?: { where: string; value: unknown },
): T {
  const parsed = schema.safeParse(asText(found?.value))
  if (parsed.success) return parsed.data
  const said = JSON.stringify(asText(found?.value))
  throw new ConfigError(`${found?.where ?? name}: ${said} is not allowed. Allowed: ${allowed}`)
}

/** A file may say `tls = true` and `http-port = 8080`: every value is read as the flag's text would be. */
function asText(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.join(',')
  return value
}

export const centralSettings = {
  dialBack: choice(
    'dial-back',
    ['off', 'on', 'allow-private'],
    'central connects to a node’s ports before it shows them to consoles; allow-private: also to addresses inside of a house; off: takes every node’s word',
    'on',
  ),
  newConsoles: number(
    'new-consoles',
    30,
    0,
    1_000_000,
    'how many new consoles may come from one place in an hour, with six hunters each; 0 is no limit',
  ),
  newConsolesNode: number(
    'new-consoles-node',
    10_000,
    0,
    1_000_000,
    'the same for each entry node that is not on central’s own machine',
  ),
  nodeLease: seconds(
    'node-lease',
    '60s',
    15,
    3600,
    'how long a node counts as alive after it was heard of; calls are held for a third of it at most',
  ),
  ticketTime: seconds('ticket-time', '90s', 10, 3600, 'how long a ticket lives with no connection open'),
  seatTime: seconds('seat-time', '60s', 10, 3600, 'how long a traveller’s place on a game server is kept'),
  questionTime: seconds('question-time', '2s', 1, 60, 'how long a node has to answer what central asks it'),
} as const

type Key = keyof typeof centralSettings
type Values = { readonly [K in Key]: z.output<(typeof centralSettings)[K]['schema']> }

/** @throws ConfigError naming the variable */
export function settingsFrom(variables: Readonly<Record<string, unknown>>): Values {
  const values: Partial<Record<Key, unknown>> = {}
  for (const [key, declared] of Object.entries<Setting>(centralSettings)) {
    const where = variableOf(declared.name)
    const value = variables[where]
    values[key as Key] = checked(declared, value === undefined ? undefined : { where, value })
  }
  return values as Values
}

/** What of them every app is given, in its own terms. */
export const inAppTerms = (values: Omit<Values, 'dialBack'>) => ({
  creations: { perSource: values.newConsoles, perNode: values.newConsolesNode },
  times: {
    nodeLease: values.nodeLease * 1000,
    ticketInTransit: values.ticketTime * 1000,
    seat: values.seatTime * 1000,
    question: values.questionTime * 1000,
  },
})
