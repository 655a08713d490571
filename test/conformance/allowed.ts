/**
 * What may differ between two correct servers (transcripts/README.md), field by field. Everything
 * else is equal, or a named deviation.
 */

/** Texts and contents of an operator, with their sizes and versions. */
const contents = new Set([
  'AnsTermsVersion.version',
  'AnsTermsVersion.size',
  'AnsSubTermsInfo.version',
  'AnsSubTermsInfo.size',
  'AnsAnnounce.text',
  'AnsNoCharge.text',
  'AnsMaintenance.text',
  'AnsLoginInfo.unknownText',
  'AnsUserObject.unknownText',
  'AnsBinaryVersion.version',
  'AnsBinaryHead.version',
  'AnsBinaryHead.size',
  'NtcShut.message',
])

const times = new Set(['AnsServerTime.serverTime', 'AnsServerTime.currentTime'])

const addresses = new Set(['AnsLmpConnect.address', 'AnsLmpConnect.port'])
const addressFields = /\bfmpData\.server(Address|Port)$/

const populations = /\bfmpData\.playerCount$/

/** Text of a refusal: its words are the operator's, but there must be some. */
const refusalText = /^Ans\w+(Alert|Ng)\.text$/

/** The value that is compared: what may differ is reduced to what it is. */
export function reduce(packet: string, field: string, value: string, severalLogIn: boolean): string {
  const name = `${packet}.${field}`
  if (contents.has(name)) return '(content)'
  if (times.has(name)) return '(time)'
  if (addresses.has(name) || addressFields.test(name)) return '(address)'
  if (refusalText.test(name)) return value === '' ? '(no text)' : '(text)'
  if (severalLogIn && populations.test(name)) return '(population)'
  return value
}

/** Requests that fetch a text or a binary in slices: how many there are depends on its size. */
const fetches = new Set(['ReqTerms', 'ReqSubTerms', 'ReqVulgarityLow', 'ReqBinaryData'])

export function isFetch(name: string): boolean {
  return fetches.has(name.replace(/^Ans/, 'Req'))
}
