/** A console of our own: the client's half of the protocol, for tests, bots and recordings. */
export { Connection, type ConnectionSettings, type Passed } from './connection.ts'
export { Console, type ConsoleOptions } from './console.ts'
export { ConnectionLost, NotInTime, Refused, ShutByServer, TurnedAway } from './errors.ts'
export { hunterSettings } from './game.ts'
export type { Memory, Slot } from './identity.ts'
export type { ListedServer } from './servers.ts'
export { type Address, parseAddress } from './socket.ts'
