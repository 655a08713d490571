import type { AnyPacket, Body } from '../pat/index.ts'
import type { Cursor } from './cursor.ts'
import type { GameCall } from './session.ts'
import { gameWords } from './words.ts'

/**
 * A page of a list. A page behind its end is refused in words: without a row the client fails (extras.md
 * 8.3). Of an empty list it asks for none, and who does gets the reference's empty answer.
 */
export function replyRows<P extends AnyPacket, Row>(
  call: GameCall,
  answer: P,
  cursor: Cursor<Row>,
  body: Body<P> & { readonly records: readonly Row[] },
): void {
  if (body.records.length > 0 || cursor.size === 0) call.reply(answer, body)
  else call.refuse(answer, gameWords.listEnds)
}
