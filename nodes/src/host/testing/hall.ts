import type { Crowd, Member } from '../../game/crowd.ts'

/** Players as the game has them; what they are told is kept. */
export class Hall implements Crowd {
  readonly present = new Map<string, Member>()
  readonly heard: string[] = []

  put(capcomId: string, inQuest = false): void {
    this.present.set(capcomId, { capcomId, inQuest })
  }
  members(): readonly Member[] {
    return [...this.present.values()]
  }
  say(text: string, capcomId = 'all'): void {
    this.heard.push(`${capcomId}: ${text}`)
  }
  dismiss(capcomId: string): void {
    this.present.delete(capcomId)
    this.heard.push(`${capcomId} left`)
  }
  takeHeard(): string[] {
    return this.heard.splice(0)
  }
}
