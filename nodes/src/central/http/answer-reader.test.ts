import { describe, expect, test } from 'vitest'
import { AnswerReader } from './answer-reader.ts'

/** What comes of the bytes, given in pieces of `size`. */
function read(text: string, size: number) {
  const bytes = Buffer.from(text)
  const reader = new AnswerReader()
  for (let at = 0; at < bytes.length; at += size) {
    const answer = reader.take(bytes.subarray(at, at + size))
    if (answer && at + size < bytes.length) throw new Error('whole too early')
    if (answer) return answer
  }
  return reader.ended()
}

const ok = 'HTTP/1.1 200 OK\r\n'

describe('an answer is read the same however it was cut', () => {
  for (const [what, text, whole] of [
    [
      'with its length',
      `${ok}Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"ä":1}`,
      { status: 200, text: '{"ä":1}', restMs: 4000 },
    ],
    [
      'in chunks, with extensions and trailers',
      `${ok}transfer-encoding: Chunked\r\n\r\n3;x=1\r\n"ab\r\n00A\r\ncäd456789\r\n1\r\n"\r\n0\r\nx: y\r\nz: 0\r\n\r\n`,
      { status: 200, text: '"abcäd456789"', restMs: 4000 },
    ],
    [
      'in chunks without trailers',
      `${ok}keep-alive: timeout=72\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      { status: 200, text: '{}', restMs: 71_000 },
    ],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, text: '', restMs: 4000 }],
    ['until the end', `${ok}\r\nall of it`, { status: 200, text: 'all of it', restMs: 0 }],
    [
      'behind what comes before it',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}`,
      { status: 409, text: '{}', restMs: 4000 },
    ],
    [
      'of a server that closes',
      `${ok}Connection: Close\r\ncontent-length:1\r\n\r\n1`,
      { status: 200, text: '1', restMs: 0 },
    ],
    [
      'of an old server',
      'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n1',
      { status: 200, text: '1', restMs: 0 },
    ],
  ] as const) {
    test(what, () => {
      for (const size of [1, 2, 3, 7, 19, 4096]) expect(read(text, size)).toEqual(whole)
    })
  }
})

test('a connection on which more came than was asked for is not used again', () => {
  expect(read(`${ok}content-length: 2\r\n\r\n{}HTTP/1.1`, 4096)).toMatchObject({ text: '{}', restMs: 0 })
  expect(read(`${ok}transfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP`, 4096)).toMatchObject({ restMs: 0 })
})

test('an answer that breaks off is none', () => {
  for (const text of [
    'HTTP/1.1 200',
    `${ok}content-length: 9\r\n\r\nhalf`,
    `${ok}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`,
  ]) {
    expect(read(text, 5)).toBeNull()
  }
})

describe('what is no answer is refused in words', () => {
  for (const [text, words] of [
    ['SSH-2.0-OpenSSH_9.2\r\n\r\n', 'no HTTP'],
    [`${ok}x: ${'y'.repeat(70_000)}`, 'head of the answer'],
    [`${ok}content-length: 1, 2\r\n\r\n`, 'no length'],
    [`${ok}content-length: 99999999999\r\n\r\n`, 'no end'],
    [`${ok}transfer-encoding: gzip, chunked\r\n\r\n`, 'cannot be read'],
    [`${ok}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n`, 'not in chunks'],
  ] as const) {
    test(words, () => expect(() => read(text, 4096)).toThrow(words))
  }
})
