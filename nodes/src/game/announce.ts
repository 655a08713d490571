/** What an operator says to players in the game (extras.md 2.7): chat lines that the console shows wherever they are. */
import { ascii, type Body, type Bytes, MessageInfo, type NtcLayerChatRelayed } from '../pat/index.ts'

/** RGBA. The client's own "has entered" lines use it; low bits of 0 pass in a city and at server level. */
const systemColour = 0x00fffff0
/** With an empty sender nothing is shown; this is nobody's Capcom ID. */
const sender = { id: ascii('000000'), name: ascii('[Citygate]') }
/** Characters that a chat line shows. */
const longestLine = 30
/** A chat window holds no more at a time. */
const linesAtMost = 12

/** One chat line each, in order. */
export function announcementLines(text: string): Body<typeof NtcLayerChatRelayed>[] {
  return lines(text)
    .slice(0, linesAtMost)
    .map((line) => ({
      unknown1: 1,
      messageInfo: MessageInfo.of({
        textColor: systemColour,
        senderId: sender.id,
        senderName: sender.name,
      }),
      message: bytes(line),
    }))
}

/** Broken between words where there are any. */
function lines(text: string): string[] {
  const done: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap(pieces)) {
    if (line !== '' && length(line) + 1 + length(word) > longestLine) {
      done.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? done : [...done, line]
}

/** A word that is longer than a line. */
function pieces(word: string): string[] {
  const characters = [...word]
  const count = Math.ceil(characters.length / longestLine)
  return Array.from({ length: count }, (_, i) =>
    characters.slice(i * longestLine, (i + 1) * longestLine).join(''),
  )
}

const length = (text: string) => [...text].length

/** The western client reads UTF-8 (extras.md 8.9). */
const bytes = (line: string): Bytes => new TextEncoder().encode(line)
