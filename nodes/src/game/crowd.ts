/** The players of this node as its host sees them: how many play, who is in a quest, and a word to them. */

export interface Member {
  readonly capcomId: string
  readonly inQuest: boolean
}

export interface Crowd {
  members(): readonly Member[]
  /** A chat line, shown wherever players are; to everybody, or to one. */
  say(text: string, capcomId?: string): void
  /** Ends a player's session in words. */
  dismiss(capcomId: string, text: string): void
}
