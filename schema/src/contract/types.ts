/** Shapes that several endpoints share. */
import { z } from 'zod'

/** Six characters, `0-9A-Z` (login.md 5.1). */
export const CapcomId = z.string().regex(/^[0-9A-Z]{6}$/, 'six characters, 0-9 and A-Z')

/** Bytes as the protocol has them, in base64: names and blobs are never text on their way. */
export const bytes = (least: number, most: number) =>
  z
    .base64()
    .max(Math.ceil(most / 3) * 4)
    .refine(
      (text) => byteLength(text) >= least && byteLength(text) <= most,
      least === most ? `${most} bytes in base64` : `${least} to ${most} bytes in base64`,
    )

const byteLength = (base64: string) => (base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0)

/** A hunter's name: 1 to 31 bytes of whatever encoding the console has. */
export const NameBytes = bytes(1, 31)

/** The 256 bytes of a hunter's settings: rank, equipment, profile (structs.json, HunterSettings). */
export const SettingsBytes = bytes(256, 256)

/** SHA-256 in hex: tickets and keys are known to central only by it. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits')

export const NodeId = z.uuid()
export const ConsoleId = z.uuid()

export const Role = z.enum(['entry', 'world'])
export type Role = z.infer<typeof Role>

/** What an operator's key may do; each includes those before it. */
export const OperatorRole = z.enum(['read', 'moderate', 'own'])
export type OperatorRole = z.infer<typeof OperatorRole>

export const ServerId = z.int().min(1).max(0xffff)
export const GateId = z.int().min(1).max(0xffff)
export const CityId = z.int().min(1).max(0xffff)

export const ServerType = z.enum(['open', 'rookie', 'expert', 'recruiting'])
export type ServerType = z.infer<typeof ServerType>

/** Where a game server stands, in its host's words. */
export const Region = z.string().min(1).max(31)

/** What a node may bring of its own; what is left out is not limited. */
export const ServerLimits = z.strictObject({
  /** How many game servers. */
  servers: z.int().min(0).max(80).optional(),
  /** Of each of them. */
  capacity: z.int().min(1).max(6400).optional(),
  types: z.array(ServerType).min(1).max(4).optional(),
  regions: z.array(Region).min(1).max(64).optional(),
})
export type ServerLimits = z.infer<typeof ServerLimits>

/** Rises with every claim of the same player; a write under a lower one is refused. */
export const Fence = z.int().min(1)

/** One per start of a node; a newer one supersedes it. */
export const Epoch = z.int().min(1)

/** Where consoles are told to connect: a dotted IPv4 address or a host name of at most 127 bytes (login.md 1.3). */
export const Address = z.object({
  host: z.string().min(1).max(127),
  port: z.int().min(1).max(65535),
})
export type Address = z.infer<typeof Address>

export const Time = z.iso.datetime()

export const Weapon = z.enum([
  'great-sword',
  'long-sword',
  'sword-and-shield',
  'hammer',
  'lance',
  'switch-axe',
  'bowgun',
])
export type Weapon = z.infer<typeof Weapon>

/**
 * What is published for searches: number and value of a property, which may have none, as the game has them. The game asks for
 * properties up to the eighth (extras.md 8.4).
 */
const PublishedField = z.string().regex(/^\d{1,3}:\d{0,10}$/, 'number:value')
export const publishedAtMost = 8
export const Published = z.array(PublishedField).max(publishedAtMost)

/** Path and query values arrive as text. */
export const intText = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().min(least).max(most))

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() })
