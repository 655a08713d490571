import type { Audience, Language } from './content.ts'

/** Builds of the Japanese game (login.md 1.1): ROMJ08 and RMHJ08. */
const japaneseBuilds: ReadonlySet<string> = new Set(['0903131810', '0906222136'])

/** The console's own language numbers (ConnectionData 0x0a); inferred: the Wii's system setting. */
const consoleLanguages: Readonly<Record<number, Language>> = {
  0: 'ja',
  1: 'en',
  2: 'de',
  3: 'fr',
  4: 'es',
  5: 'it',
}

/** Who sits at a console, by its media version and language number; whatever is unknown reads English. */
export function audienceOf(mediaVersion: string, consoleLanguage: number | undefined): Audience {
  if (japaneseBuilds.has(mediaVersion)) return { language: 'ja' }
  const language = consoleLanguages[consoleLanguage ?? 1] ?? 'en'
  return { language: language === 'ja' ? 'en' : language }
}
