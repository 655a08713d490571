import type { SecureContextOptions } from 'node:tls'

/**
 * TLS as a Wii of 2010 speaks it: TLS 1.0 with RSA key exchange and AES, a 1024-bit key and SHA-1
 * signatures. Today's OpenSSL does that only at security level 0, which has to stand in the cipher
 * string (login.md 1.4).
 */
export function consoleTls(files: { readonly key: string; readonly cert: string }): SecureContextOptions {
  return {
    key: files.key,
    cert: files.cert,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.2',
    ciphers: 'AES128-SHA:AES256-SHA:@SECLEVEL=0',
  }
}
