/** Content whose every text a test can set. */
import type { Admission, Audience, Content, Versioned } from '../../content/index.ts'
import { ascii, type Bytes, noBytes } from '../../pat/index.ts'

export class PlainContent implements Content {
  admitted: Admission = { status: 'open' }
  termsText: Versioned = { version: 1, bytes: ascii('Terms') }
  subTermsText: Versioned = { version: 1, bytes: ascii('Sub-terms') }
  announced: Bytes = noBytes
  charged: Bytes = noBytes
  files = new Map<number, Versioned>()

  admission(): Admission {
    return this.admitted
  }

  terms(): Versioned {
    return this.termsText
  }

  subTerms(): Versioned {
    return this.subTermsText
  }

  announcement(): Bytes {
    return this.announced
  }

  noCharge(): Bytes {
    return this.charged
  }

  gameTime(_: Audience, now: number): number {
    return now
  }

  binary(type: number): Versioned | null {
    return this.files.get(type) ?? null
  }
}
