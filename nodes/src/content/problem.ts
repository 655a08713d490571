/** A content file that cannot be used. The message is one line: the file, the place in it and the limit. */
export class ContentProblem extends Error {
  override readonly name = 'ContentProblem'

  constructor(file: string, reason: string) {
    super(`${file}: ${reason.replace(/\s+/g, ' ')}`)
  }
}
