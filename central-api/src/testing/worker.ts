/** Central in the real Workers runtime (workerd), as infra/wrangler.jsonc describes it. */
import { join } from 'node:path'
import { createTestHarness } from 'wrangler'

export interface TestWorker {
  readonly url: string
  readonly operatorKey: string
  /** What the Worker has written to its console. */
  readonly lines: readonly string[]
  /** As the cron trigger does. */
  scheduled(): Promise<void>
  close(): Promise<void>
}

/**
 * @param databaseUrl in the place of Hyperdrive: the local runtime connects to it directly
 * @param variables settings, as `vars` in wrangler.jsonc
 */
export async function startWorker(
  databaseUrl: string,
  variables: Readonly<Record<string, string | number>> = {},
): Promise<TestWorker> {
  // Read by wrangler when it starts; it looks nothing up on the network then.
  Object.assign(process.env, {
    CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: databaseUrl,
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
  })
  const operatorKey = 'the-operators-own-key'
  const configPath = join(import.meta.dirname, '../../../infra/wrangler.jsonc')
  const harness = createTestHarness({
    // The nodes of these suites have addresses that nobody listens on.
    workers: [
      {
        configPath,
        vars: { CITYGATE_DIAL_BACK: 'off', ...variables },
        secrets: { CITYGATE_OPERATOR_KEY: operatorKey },
      },
    ],
  })
  const { url } = await harness.listen()
  return {
    url: url.origin,
    operatorKey,
    get lines() {
      return harness.getLogs().map(({ message }) => message)
    },
    async scheduled() {
      await harness.getWorker().scheduled({ cron: '*/15 * * * *' })
    },
    close: () => harness.close(),
  }
}
