/** The tables of central's database. Nodes never see them. */
export * from './journal.ts'
export * from './nodes.ts'
export * from './operators.ts'
export * from './players.ts'
export * from './presence.ts'
export * from './reach.ts'
export * from './social.ts'
export * from './system.ts'
