import { createCentral, throughHttp } from '@citygate/nodes/central'
import type { Endpoint, Input, Output } from '@citygate/schema/contract'

/** Calls a route that anybody may call. */
export function callPublic<const E extends Endpoint>(
  url: string,
  endpoint: E,
  input: Input<E>,
): Promise<Output<E>> {
  return createCentral({ url, send: throughHttp() }).call(endpoint, input)
}
