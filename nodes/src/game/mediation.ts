/** Seats and arm wrestling (game.md 3.11). */
import {
  AnsLayerMediationList,
  AnsLayerMediationLock,
  AnsLayerMediationUnlock,
  ReqLayerMediationList,
  ReqLayerMediationLock,
  ReqLayerMediationUnlock,
} from '../pat/index.ts'
import { freeSeat, listSeats, takeSeat } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const mediationRoutes = gameRoutes(
  { ReqLayerMediationList, ReqLayerMediationLock, ReqLayerMediationUnlock },
  {
    ReqLayerMediationList: (call) => call.session.realm.request(call, AnsLayerMediationList, listSeats),
    ReqLayerMediationLock: (call, { index }) =>
      call.session.realm.request(call, AnsLayerMediationLock, takeSeat, index),
    ReqLayerMediationUnlock: (call, { index }) =>
      call.session.realm.request(call, AnsLayerMediationUnlock, freeSeat, index),
  },
)
