/** The node's side of the central API: the one client, who the node is, and what handlers see of it. */
export { type Call, type CentralPlace, createCentral } from './client.ts'
export { enrol, type Identity, loadIdentity } from './identity.ts'
export { readJournal } from './journal/index.ts'
export { CentralUnreachable, type Hold } from './link.ts'
export { type Link, type LinkEnd, openLink } from './open-link.ts'
export { type Fetch, throughHttp } from './send.ts'
export type { SocialNews } from './social.ts'
export { Trace } from './trace.ts'
