/** Operator content: what a node says to players, read from files (docs/running.md). */
export { audienceOf } from './audience.ts'
export { type Admission, type Audience, type Content, slice, type Versioned } from './content.ts'
export { type Encode, encodeFor } from './encoding.ts'
export { ContentFolder } from './folder.ts'
