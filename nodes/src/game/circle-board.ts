/** Which quest notices a client wants (game.md 3.2): it gets them all. */
import { AnsCircleInfoNoticeSet, ReqCircleInfoNoticeSet } from '../pat/index.ts'
import { gameRoutes } from './session.ts'

export const circleBoardRoutes = gameRoutes(
  { ReqCircleInfoNoticeSet },
  { ReqCircleInfoNoticeSet: (call) => call.reply(AnsCircleInfoNoticeSet, {}) },
)
