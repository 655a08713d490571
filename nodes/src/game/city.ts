/** Founding a city (game.md 3.3). */
import {
  AnsLayerCreateFoot,
  AnsLayerCreateHead,
  AnsLayerCreateSet,
  ReqLayerCreateFoot,
  ReqLayerCreateHead,
  ReqLayerCreateSet,
} from '../pat/index.ts'
import { createCity, finishCity, reserveCity } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const cityRoutes = gameRoutes(
  { ReqLayerCreateHead, ReqLayerCreateSet, ReqLayerCreateFoot },
  {
    ReqLayerCreateHead: (call, { cityIndex }) => {
      const { realm } = call.session
      realm.request(call, AnsLayerCreateHead, reserveCity, cityIndex, realm.clock.now())
      realm.watchReservation()
    },
    ReqLayerCreateSet: (call, { cityIndex, optionalFields }) =>
      call.session.realm.request(call, AnsLayerCreateSet, createCity, cityIndex, optionalFields),
    ReqLayerCreateFoot: (call, { cityIndex }) =>
      call.session.realm.request(call, AnsLayerCreateFoot, finishCity, cityIndex),
  },
)
