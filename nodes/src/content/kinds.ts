import type { Audience, Language } from './content.ts'

/** Language of each group of fifteen numbers (login.md 7.1). */
const groups: readonly Language[] = ['en', 'fr', 'de', 'it', 'es']
const kindsOfGroup = 15

/** The Japanese game keeps its message table where an English one has an event quest. */
const japaneseMessages = 0x0a

/** 1 to 15 as in login.md 7.1, or a quest slot that stays empty. */
export type Kind = number | 'empty'

/** What a binary's number stands for, and in which language; null when nothing has that number. */
export function kindOf(type: number, audience: Audience): { kind: Kind; language: Language } | null {
  if (audience.language === 'ja') {
    if (type < 1 || type > kindsOfGroup) return null
    if (type === japaneseMessages) return { kind: 5, language: 'ja' }
    // How the Japanese quest files look is not known: none is served.
    return { kind: type <= 4 ? type : 'empty', language: 'ja' }
  }
  const language = groups[Math.floor((type - 1) / kindsOfGroup)]
  return language ? { kind: ((type - 1) % kindsOfGroup) + 1, language } : null
}
