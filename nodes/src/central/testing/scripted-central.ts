import type { Endpoint, Input, Output, syncNode } from '@citygate/schema/contract'
import type { Call, CallOptions } from '../client.ts'
import { CentralUnreachable } from '../link.ts'

type SyncBody = Input<typeof syncNode>['body']
type SyncAnswer = Output<typeof syncNode>

/** A sync that has reached central and waits for what the test decides. */
export interface PendingSync {
  readonly body: SyncBody
  readonly options: CallOptions
  answer(over?: Partial<SyncAnswer>): Promise<void>
  fail(error: Error): Promise<void>
}

export const emptyDirectory = { version: 1, servers: [], entries: [] }

/** Central's end of the sync calls, in the test's hands; every other endpoint is answered by `others`. */
export function scriptedCentral(others?: (endpoint: Endpoint, input: unknown) => unknown) {
  const syncs: PendingSync[] = []

  function pend(body: SyncBody, options: CallOptions): Promise<SyncAnswer> {
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new CentralUnreachable('aborted')))
      syncs.push({
        body,
        options,
        answer(over = {}) {
          resolve({
            number: body.number,
            leaseMs: 60_000,
            presence: { generation: 'g1', wantFull: false },
            refused: [],
            directory: emptyDirectory,
            mail: [],
            orders: { drain: false },
            nextSyncMs: 0,
            ...over,
          })
          return turn()
        },
        fail(error) {
          reject(error)
          return turn()
        },
      })
    })
  }

  const call: Call = async <E extends Endpoint>(endpoint: E, input: Input<E>, options: CallOptions = {}) => {
    if (endpoint.name === 'syncNode') {
      return (await pend((input as unknown as Input<typeof syncNode>).body, options)) as Output<E>
    }
    if (!others) throw new CentralUnreachable(endpoint.name)
    return (await others(endpoint, input)) as Output<E>
  }

  return { call, syncs }
}

/** Lets everything run that follows from promises already settled. */
export function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}
