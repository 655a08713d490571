/** Words of our own for a pop-up window of the game: marked up, wrapped, and never too long (wire.md 9, login.md 2.7). */
import type { Bytes } from '../pat/index.ts'

/** NtcShut, Alert and the messages of AnsLoginInfo and AnsUserObject: the client keeps 511 bytes. */
export const largestNotice = 511

const lineLength = 55
const head = '<LF=8><BODY><CENTER>'
const lineBreak = '<BR><BODY>'
const foot = '<END>'

/** Plain text as a notice. What does not fit is left out line by line, so that the mark-up always ends. */
export function notice(text: string): Bytes {
  const encoder = new TextEncoder()
  let marked = head
  let size = head.length + foot.length
  for (const [i, line] of wrap(text).entries()) {
    const piece = (i === 0 ? '' : lineBreak) + line
    size += encoder.encode(piece).length
    if (size > largestNotice) break
    marked += piece
  }
  return encoder.encode(marked + foot)
}

/** Lines of at most 55 characters. Angle brackets would begin a tag, and control characters end a line. */
function wrap(text: string): string[] {
  const words = text
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .split(/[\p{Cc}\s]+/u)
    .flatMap((word) => word.match(new RegExp(`.{1,${lineLength}}`, 'gu')) ?? [])
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line && line.length + 1 + word.length > lineLength) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  lines.push(line)
  return lines
}
