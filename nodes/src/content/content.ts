/**
 * What the operator of a node says to players: terms, announcement, greeters, quests. Handlers read
 * it through this interface; every getter answers at once from what was read last, and none waits
 * for the disk. A change on the disk shows at the next call.
 *
 * Limits, versions and layouts were checked when the files were read: what comes out of here fits
 * its packet. Sources: login.md 3.1, 7 and 8; extras.md 2.
 */
import type { Bytes } from '../pat/index.ts'

/** Texts exist per language; where a translation is missing the default text is used. */
export type Language = 'en' | 'fr' | 'de' | 'it' | 'es' | 'ja'

/** Who asks. Made once for a connection by `audienceOf`. */
export interface Audience {
  /** 'ja' for the Japanese game and for it alone: it has layouts and numbers of its own (login.md 7.1). */
  readonly language: Language
  /** Number of the game server that he has chosen; undefined on the servers before it. */
  readonly server?: number | undefined
}

/**
 * A text or file that the client keeps by version. The version is a hash of the bytes: equal bytes,
 * equal version, on every node; never 0, which the client reads as "never downloaded".
 */
export interface Versioned {
  readonly version: number
  readonly bytes: Bytes
}

/** Version of an event quest slot that holds no quest (login.md 7.3). */
export const noQuest = 0xffffffff

/** Whether OPN lets a console in, and what it reads otherwise. Texts carry their mark-up. */
export type Admission =
  | { readonly status: 'open' }
  /** AnsMaintenance, at most 1023 bytes. */
  | { readonly status: 'closed' | 'maintenance'; readonly text: Bytes }
  /** AnsMediaVersionInfo: the version to get (at most 31 bytes) and a message (at most 1023). */
  | { readonly status: 'wrong-version'; readonly wanted: Bytes; readonly text: Bytes }

export interface Content {
  admission(mediaVersion: string, audience: Audience): Admission
  /**
   * Terms of use, plain text. With `version`, the text of that version while it is still known: a
   * console that is half-way through reading gets the rest of what it began; else the newest.
   */
  terms(audience: Audience, version?: number): Versioned
  /** The shorter second text that European games ask for; the same rules as `terms`. */
  subTerms(audience: Audience, version?: number): Versioned
  /** With mark-up, at most 1023 bytes; empty for none. */
  announcement(audience: Audience): Bytes
  /** Shown to Japanese players without a subscription, at most 1023 bytes. */
  noCharge(audience: Audience): Bytes
  /** The game time on the audience's server, in seconds: `now` is UTC, since 1970. Day and night follow from it. */
  gameTime(audience: Audience, now: number): number
  /**
   * A binary ("file") by the number the client asks for, or null when nothing has that number.
   * An empty quest slot has the version `noQuest` and no bytes. `now`: UTC
   * seconds since 1970. `version` as for `terms`.
   */
  binary(type: number, audience: Audience, now: number, version?: number): Versioned | null
}

/** The part of `bytes` that a Data request asks for, clamped to what there is (login.md 7.2). */
export function slice(bytes: Bytes, offset: number, wanted: number): Bytes {
  const from = Math.min(offset, bytes.length)
  return bytes.subarray(from, Math.min(bytes.length, from + Math.min(wanted, largestSlice)))
}

/** The client asks for at most 8192 bytes at a time (login.md 8). */
const largestSlice = 0x2000
