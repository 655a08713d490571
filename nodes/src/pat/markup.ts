/**
 * Texts of our own for the player's screen (wire.md 9; limits: login.md 2.7 and 8).
 *
 * | function | use it for |
 * | --- | --- |
 * | {@link messageText} | Alert, Ng, `NtcShut`, the message of `AnsLoginInfo` and `AnsUserObject`; with {@link noticeLimit}: maintenance, no-charge, patch message, `ReqWarning` |
 * | {@link announcementText} | `AnsAnnounce` |
 * | {@link markedUpText} | a text whose author wrote the tags himself |
 * | {@link plainText} | terms, texts of the binaries, names of servers, gates and cities |
 *
 * Each takes any text, never fails, and never gives more bytes than its limit: what does not fit is left out
 * from the end, by whole lines where there are lines, by whole characters otherwise, and the closing
 * `<END>` is always there. Lines are separated by `\n`.
 *
 * Characters go out as UTF-8, which is ASCII where the text is: the western client measures a character as
 * one to three bytes (extras.md 8.9). What it could not measure becomes `?`. In `messageText` and
 * `announcementText` a `<` or `>` of the text becomes a parenthesis, so that no name can open a tag.
 */
import type { Bytes } from './bytes.ts'

/** Bytes that the client keeps of Alert, Ng, `NtcShut` and of the messages of `AnsLoginInfo` and `AnsUserObject`. */
export const messageLimit = 511

/** Bytes that the client keeps of an announcement, maintenance, no-charge or patch text and of `ReqWarning`. */
export const noticeLimit = 1023

/** Characters of a line in a window, and lines of a window (login.md 2.7). */
const lineLength = 55
const linesOfWindow = 15

const end = '<END>'
const nextLine = '<BR><BODY>'

const encoder = new TextEncoder()

/** The text alone, without tags, cut at a whole character. */
export function plainText(text: string, limit: number): Bytes {
  return encoder.encode(cutCharacters(printable(text), limit))
}

/**
 * A window with centred lines. Long lines are broken at 55 characters, and a sixteenth line is left out.
 * One line stands alone in the middle; of several the first is the title.
 */
export function messageText(text: string, limit = messageLimit): Bytes {
  const lines = wrapped(withoutTags(printable(text)))
  const first = lines.length === 1 ? '<LF=8>' : '<LF=2>'
  return joined(`${first}<BODY><CENTER>`, lines, limit)
}

/** The welcome screen: a large centred title, then the lines on the left, as long as their author made them. */
export function announcementText(announcement: { title: string; text: string }, limit = noticeLimit): Bytes {
  const title = withoutTags(printable(announcement.title)).replaceAll('\n', ' ')
  const lines = withoutTags(printable(announcement.text)).split('\n')
  const head = '<BR><CENTER><BODY><SIZE=6>'
  const body = '<BR><BODY><BR><LEFT><SIZE=4>'
  const room = limit - byteLength(head) - byteLength(body) - byteLength(end)
  return joined(`${head}${cutCharacters(title, room)}${body}`, lines, limit)
}

/** A text with tags of its author's: cut before the tag or character that does not fit, and closed with `<END>`. */
export function markedUpText(text: string, limit = noticeLimit): Bytes {
  const source = printable(text).replaceAll('\n', '')
  const ended = source.indexOf(end)
  const pieces = (ended < 0 ? source : source.slice(0, ended)).match(/<[^<>]*>|[\s\S]/gu) ?? []
  let room = limit - byteLength(end)
  let kept = ''
  for (const piece of pieces) {
    room -= byteLength(piece)
    if (room < 0) break
    kept += piece
  }
  return encoder.encode(kept + end)
}

/** As many whole lines as fit; of a first line that does not fit, as many characters. */
function joined(start: string, lines: readonly string[], limit: number): Bytes {
  let room = limit - byteLength(start) - byteLength(end)
  const kept: string[] = []
  for (const line of lines) {
    const needed = byteLength(line) + (kept.length === 0 ? 0 : nextLine.length)
    if (needed > room) break
    kept.push(line)
    room -= needed
  }
  if (kept.length === 0) kept.push(cutCharacters(lines[0] ?? '', room))
  return encoder.encode(start + kept.join(nextLine) + end)
}

/** Lines of at most 55 characters, broken at spaces where there are any. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let characters = Array.from(paragraph)
    while (characters.length > lineLength) {
      const space = characters.lastIndexOf(' ', lineLength)
      const at = space > 0 ? space : lineLength
      lines.push(characters.slice(0, at).join(''))
      characters = characters.slice(space > 0 ? at + 1 : at)
    }
    lines.push(characters.join(''))
  }
  return lines.slice(0, linesOfWindow)
}

/** One kind of line end, no other control character, nothing that takes four bytes. */
function printable(text: string): string {
  return (
    text
      .replaceAll('\r\n', '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
      .replaceAll('\t', ' ')
      .replace(/[\u{10000}-\u{10ffff}]|[\ud800-\udfff]/gu, '?')
  )
}

function withoutTags(text: string): string {
  return text.replaceAll('<', '(').replaceAll('>', ')')
}

function cutCharacters(text: string, limit: number): string {
  if (text.length * 3 <= limit) return text
  let room = limit
  let at = 0
  while (at < text.length) {
    room -= byteLength(text.charAt(at))
    if (room < 0) break
    at++
  }
  return text.slice(0, at)
}

/** Of printable text: one to three bytes a character. */
function byteLength(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3
  }
  return bytes
}
