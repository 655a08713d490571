/**
 * What can end a console's request: each is one class, so that a test says which it expects. `text`
 * is what the player would read, without mark-up; empty when there is none.
 */
import { type Bytes, latin1 } from '@citygate/nodes/pat'

/** The words of a window text: tags are dropped, `<BR>` becomes a line end (wire.md 9). */
export function words(markup: Bytes): string {
  return latin1(markup)
    .replaceAll(/<BR>/gi, '\n')
    .replaceAll(/<[^>]{0,24}>/g, '')
    .trim()
}

abstract class ConsoleError extends Error {
  readonly text: string

  constructor(message: string, text: string) {
    super(text ? `${message}: ${text}` : message)
    this.text = text
  }
}

/** The server answered with the Alert or Ng form: the request failed. After an Ng the client hangs up. */
export class Refused extends ConsoleError {
  override readonly name = 'Refused'
  readonly packet: string

  constructor(packet: string, text: string) {
    super(packet, text)
    this.packet = packet
  }
}

/** The server ended the connection with an NtcShut. */
export class ShutByServer extends ConsoleError {
  override readonly name = 'ShutByServer'

  constructor(where: string, text: string) {
    super(`${where} shut`, text)
  }
}

/** The connection ended without a word: by FIN, by reset, or it never came about. */
export class ConnectionLost extends ConsoleError {
  override readonly name = 'ConnectionLost'

  constructor(where: string, reason: string) {
    super(`${where} lost (${reason})`, '')
  }
}

/** Nothing came within the console's patience. */
export class NotInTime extends ConsoleError {
  override readonly name = 'NotInTime'

  constructor(where: string, awaited: string, milliseconds: number) {
    super(`${where}: no ${awaited} within ${milliseconds} ms`, '')
  }
}

/** A log-in was ended in an orderly way: maintenance, another game version, a full or barred account. */
export class TurnedAway extends ConsoleError {
  override readonly name = 'TurnedAway'
  /** NtcLogin status or AnsLoginInfo flag. */
  readonly status: number

  constructor(where: string, status: number, text: string) {
    super(`${where} turned the console away (${status})`, text)
    this.status = status
  }
}
