/** What an operator says to players in the game (extras.md 2.7): chat lines that the console shows wherever they are. */
import { type Audience, type Encode, encodeFor } from '../content/index.ts'
import { ascii, type Bytes, encodeFrame, MessageInfo, NtcLayerChatRelayed } from '../pat/index.ts'

/** RGBA. The client's own "has entered" lines use it; low bits of 0 pass in a city and at server level. */
const systemColour = 0x00fffff0
/** With an empty sender nothing is shown; this is nobody's Capcom ID. */
const sender = { id: ascii('000000'), name: ascii('[Citygate]') }
/** Characters that a chat line shows. */
const longestLine = 30
/** A chat window holds no more at a time. */
const linesAtMost = 12

/** One chat line each, in order; encoded once for all who read the same bytes. */
export function announcementFrames(text: string): (audience: Audience) => readonly Bytes[] {
  const made = new Map<Encode, readonly Bytes[]>()
  return ({ language }) => {
    const encode = encodeFor(language)
    const frames =
      made.get(encode) ??
      lines(text)
        .slice(0, linesAtMost)
        .map((line) => frame(encode(line)))
    made.set(encode, frames)
    return frames
  }
}

function frame(message: Bytes): Bytes {
  const messageInfo = MessageInfo.of({
    textColor: systemColour,
    senderId: sender.id,
    senderName: sender.name,
  })
  return encodeFrame(NtcLayerChatRelayed, 0, { unknown1: 1, messageInfo, message })
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
