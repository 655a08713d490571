/**
 * The one consistency policy of a node (design.md, "Two ways to be consistent"): everything that differs between
 * `autonomous` and `synchronized` is behind this interface, and nobody asks which of the two it is.
 */
import type { Consistency, Directory } from '@citygate/schema/contract'
import type { Bytes } from '../pat/index.ts'
import type { Claimed, EntryLink, Hold, Target } from './link.ts'
import type { Acquaintances, SocialLink, SocialNews } from './social.ts'

export interface Policy {
  readonly name: Consistency
  readonly entry: Omit<EntryLink, 'directory'>
  readonly social: Omit<SocialLink, 'onLetter'>
  claim(ticket: Bytes): Promise<Claimed>
  arm(hold: Hold, serverId: number): Promise<Target>
  settings(hold: Hold, settings: Bytes): Promise<void>
  /** What may be shown to consoles of what central told last. */
  directory(told: Directory): Directory
  /** What central told with the claim of a player whom this node holds now; nothing has been told of him since. */
  learned(hold: Hold, acquaintances: Acquaintances): void
  /** Something happened elsewhere to a player of this node, before its handlers hear of it. */
  heard(hold: Hold, news: SocialNews): void
}
