/** What a node does for a player that it has in its hands, apart from the way of a log-in. */
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { CapcomId, ConsoleId, Epoch, Fence, ServerId, SettingsBytes, Sha256 } from './types.ts'

/** Settings of a held player, answered when they are committed. The same again is no new version. */
export const writeSettings = endpoint({
  name: 'writeSettings',
  method: 'PUT',
  path: '/v1/sessions/{capcomId}/settings',
  caller: 'node',
  summary: 'Write the settings of a held player.',
  params: z.strictObject({ capcomId: CapcomId }),
  body: z.strictObject({ epoch: Epoch, fence: Fence, settings: SettingsBytes }),
  output: z.object({}),
  problems: ['bad_request', 'unauthorized', 'fence_lost', 'epoch_superseded', 'incarnation_changed', 'busy'],
})

/**
 * A player logged in on this node while central was away: from the node's copy, which it took at `fence`. He is
 * adopted if nobody has claimed him since, and nobody else holds him; the fence rises as with every claim.
 */
export const adoptSession = endpoint({
  name: 'adoptSession',
  method: 'POST',
  path: '/v1/sessions/{capcomId}/adopt',
  caller: 'node',
  summary: 'Claim a player who logged in on this node while central was away.',
  params: z.strictObject({ capcomId: CapcomId }),
  body: z.strictObject({
    epoch: Epoch,
    /** Of the database that gave the fence. */
    incarnation: z.uuid(),
    fence: Fence,
    serverId: ServerId,
    /** Made by the node when he logged in. */
    login: z.uuid(),
    ticketHash: Sha256,
    consoleId: ConsoleId,
  }),
  output: z.object({ fence: Fence }),
  problems: [
    'bad_request',
    'unauthorized',
    'forbidden',
    'player_not_found',
    'player_banned',
    'fence_lost',
    'epoch_superseded',
    'incarnation_changed',
    'busy',
  ],
})
