import { banner } from '../banner.ts'
import { command } from '../command.ts'
import { centralKeys, startHostedCentral } from '../hosted-central.ts'
import { lastingKeys, runLasting } from '../lasting.ts'

export const central = command({
  name: 'central',
  summary: 'Run the central API alone; nodes join from elsewhere.',
  keys: [...lastingKeys, ...centralKeys],
  async run(config) {
    await runLasting(config, async (lasting) => {
      const { url } = await startHostedCentral(config, lasting)
      lasting.ready({ http: url })
      console.log(banner({ http: url }))
    })
  },
})
