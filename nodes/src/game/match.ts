/** Readiness, departure and end of a quest (game.md 3.7, 3.8). */
import {
  AnsCircleMatchEnd,
  AnsCircleMatchOptionSet,
  AnsCircleMatchStart,
  ReqCircleMatchEnd,
  ReqCircleMatchOptionSet,
  ReqCircleMatchStart,
} from '../pat/index.ts'
import { endMatch, setReady, startMatch } from '../world/index.ts'
import { gameRoutes } from './session.ts'

export const matchRoutes = gameRoutes(
  { ReqCircleMatchOptionSet, ReqCircleMatchStart, ReqCircleMatchEnd },
  {
    ReqCircleMatchOptionSet: (call, { circleUserData }) =>
      call.session.realm.request(call, AnsCircleMatchOptionSet, setReady, circleUserData),
    ReqCircleMatchStart: (call) => call.session.realm.request(call, AnsCircleMatchStart, startMatch),
    /** 1: over in order; 0: the first step of leaving from inside (extras.md 4). */
    ReqCircleMatchEnd: (call, { unknown1 }) =>
      call.session.realm.request(call, AnsCircleMatchEnd, endMatch, unknown1 === 1),
  },
)
