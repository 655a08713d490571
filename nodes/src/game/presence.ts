/** What players relay to each other (game.md 3.5, 3.7). Runs many times a second and never waits. */
import {
  latin1,
  NtcCircleBinary,
  NtcCircleBinary2,
  NtcLayerBinary,
  NtcLayerBinary2,
  NtcLayerUserPosition,
} from '../pat/index.ts'
import {
  relayBinary,
  relayBinaryTo,
  relayCircleBinary,
  relayCircleBinaryTo,
  relayPosition,
} from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const presenceRoutes = gameRoutes(
  { NtcLayerUserPosition, NtcLayerBinary, NtcLayerBinary2, NtcCircleBinary, NtcCircleBinary2 },
  {
    NtcLayerUserPosition: (call, { data }) =>
      call.session.realm.notify(call, 'position', relayPosition, data),
    NtcLayerBinary: (call, { data }) => call.session.realm.notify(call, 'data', relayBinary, data),
    NtcLayerBinary2: (call, { partnerId, data }) =>
      call.session.realm.notify(call, 'data', relayBinaryTo, latin1(partnerId), data),
    NtcCircleBinary: (call, { circleIndex, data }) =>
      call.session.realm.notify(call, 'data', relayCircleBinary, circleIndex, data),
    NtcCircleBinary2: (call, { circleIndex, partnerId, data }) =>
      call.session.realm.notify(call, 'data', relayCircleBinaryTo, circleIndex, latin1(partnerId), data),
  },
)
