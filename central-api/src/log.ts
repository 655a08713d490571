/** Where central writes what happened: a pino logger fits. Fields never hold keys, codes or tickets. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
