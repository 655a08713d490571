/** Quest parties (game.md 3.7). */
import {
  AnsCircleCreate,
  AnsCircleHost,
  AnsCircleInfo,
  AnsCircleInfoSet,
  AnsCircleJoin,
  AnsCircleLeave,
  AnsCircleListLayer,
  AnsCircleUserList,
  ReqCircleCreate,
  ReqCircleHost,
  ReqCircleInfo,
  ReqCircleInfoSet,
  ReqCircleJoin,
  ReqCircleLeave,
  ReqCircleListLayer,
  ReqCircleUserList,
} from '../pat/index.ts'
import {
  askCircleHost,
  changeCircle,
  createCircle,
  describeCircle,
  joinCircle,
  listCircles,
  listCircleUsers,
  quitCircle,
} from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const circleRoutes = gameRoutes(
  {
    ReqCircleListLayer,
    ReqCircleCreate,
    ReqCircleInfo,
    ReqCircleJoin,
    ReqCircleUserList,
    ReqCircleHost,
    ReqCircleInfoSet,
    ReqCircleLeave,
  },
  {
    ReqCircleListLayer: (call) => call.session.realm.request(call, AnsCircleListLayer, listCircles),
    ReqCircleCreate: (call, { circleInfo, optionalFields }) =>
      call.session.realm.request(call, AnsCircleCreate, createCircle, circleInfo, optionalFields),
    ReqCircleInfo: (call, { circleIndex }) =>
      call.session.realm.request(call, AnsCircleInfo, describeCircle, circleIndex),
    ReqCircleJoin: (call, { circleIndex, circleInfo }) =>
      call.session.realm.request(call, AnsCircleJoin, joinCircle, circleIndex, circleInfo),
    ReqCircleUserList: (call) => call.session.realm.request(call, AnsCircleUserList, listCircleUsers),
    ReqCircleHost: (call, { circleIndex }) =>
      call.session.realm.request(call, AnsCircleHost, askCircleHost, circleIndex),
    ReqCircleInfoSet: (call, { circleIndex, circleInfo, optionalFields }) =>
      call.session.realm.request(
        call,
        AnsCircleInfoSet,
        changeCircle,
        circleIndex,
        circleInfo,
        optionalFields,
      ),
    ReqCircleLeave: (call, { circleIndex }) =>
      call.session.realm.request(call, AnsCircleLeave, quitCircle, circleIndex),
  },
)
