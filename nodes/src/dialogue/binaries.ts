/** The files that consoles fetch on FMP and sometimes on LMP: version, head, parts, foot (login.md 7.2). */
import { type Audience, type Content, slice } from '../content/index.ts'
import {
  AnsBinaryData,
  AnsBinaryFoot,
  AnsBinaryHead,
  AnsBinaryVersion,
  ReqBinaryData,
  ReqBinaryFoot,
  ReqBinaryHead,
  ReqBinaryVersion,
} from '../pat/index.ts'
import { type HandlerTable, type Routes, routes } from './handlers.ts'
import type { Clock } from './ports.ts'
import { words } from './words.ts'

const packets = { ReqBinaryVersion, ReqBinaryHead, ReqBinaryData, ReqBinaryFoot }

/** The reference's first byte of AnsBinaryVersion; an echo of the type worked as well (packets.json). */
const unused = 0

/** A session that knows who reads. */
interface Reader {
  readonly audience: Audience
}

export function binaryRoutes<S extends Reader>(
  content: Content,
  clock: Pick<Clock, 'utcSeconds'>,
): Routes<S> {
  const table: HandlerTable<typeof packets, S> = {
    ReqBinaryVersion: (call, { binaryType }) => {
      const file = content.binary(binaryType, call.session.audience, clock.utcSeconds())
      if (file) call.reply(AnsBinaryVersion, { binaryType: unused, version: file.version })
      else call.refuse(AnsBinaryVersion, words.notOffered)
    },
    ReqBinaryHead: (call, { binaryType }) => {
      const file = content.binary(binaryType, call.session.audience, clock.utcSeconds())
      if (file) call.reply(AnsBinaryHead, { version: file.version, size: file.bytes.length })
      else call.refuse(AnsBinaryHead, words.notOffered)
    },
    /** The version of the request goes on being served while it is known: a file may change between two parts. */
    ReqBinaryData: (call, { binaryType, version, offset, size }) => {
      const file = content.binary(binaryType, call.session.audience, clock.utcSeconds(), version)
      if (!file) {
        call.refuse(AnsBinaryData, words.notOffered)
        return
      }
      const data = slice(file.bytes, offset, size)
      call.reply(AnsBinaryData, { version: file.version, offset, size: data.length, data })
    },
    ReqBinaryFoot: (call) => call.reply(AnsBinaryFoot, {}),
  }
  return routes<typeof packets, S>(packets, table)
}
