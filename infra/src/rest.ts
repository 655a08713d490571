import { type Call, CentralUnreachable, createCentral, throughHttp } from '@citygate/nodes/central'
import type { Endpoint, Input, Output } from '@citygate/schema/contract'

/** A call of a command: when nobody answers, its words say where it asked, and what to look at. */
export function callOf(url: string, key: string | null): Call {
  const { call } = createCentral({ url, send: throughHttp(), key })
  return async (endpoint, input, options) => {
    try {
      return await call(endpoint, input, options)
    } catch (error) {
      if (!(error instanceof CentralUnreachable)) throw error
      throw new Error(
        `${url} does not answer as a central API does (${error.message}). Is it running? --central names another`,
        { cause: error },
      )
    }
  }
}

/** Calls a route that anybody may call. */
export function callPublic<const E extends Endpoint>(
  url: string,
  endpoint: E,
  input: Input<E>,
): Promise<Output<E>> {
  return callOf(url, null)(endpoint, input)
}
