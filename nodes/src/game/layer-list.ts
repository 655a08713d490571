/** Lists of the places below and beside the player (game.md 3.3). */
import {
  AnsLayerChildListData,
  AnsLayerChildListFoot,
  AnsLayerChildListHead,
  AnsLayerSiblingListData,
  AnsLayerSiblingListFoot,
  AnsLayerSiblingListHead,
  ReqLayerChildListData,
  ReqLayerChildListFoot,
  ReqLayerChildListHead,
  ReqLayerSiblingListData,
  ReqLayerSiblingListFoot,
  ReqLayerSiblingListHead,
} from '../pat/index.ts'
import { childrenOf, type Layer, layerRows, siblingsOf } from '../world/index.ts'
import { type GameCall, gameRoutes } from './session.ts'
import { reasonWords } from './words.ts'

export const layerListRoutes = gameRoutes(
  {
    ReqLayerChildListHead,
    ReqLayerChildListData,
    ReqLayerChildListFoot,
    ReqLayerSiblingListHead,
    ReqLayerSiblingListData,
    ReqLayerSiblingListFoot,
  },
  {
    ReqLayerChildListHead: (call) =>
      call.reply(AnsLayerChildListHead, { ignored: 0, count: children(call).length }),
    ReqLayerChildListData: (call, { firstIndex, count }) =>
      page(call, AnsLayerChildListData, children(call), firstIndex, count),
    ReqLayerChildListFoot: (call) => call.reply(AnsLayerChildListFoot, {}),
    ReqLayerSiblingListHead: (call) =>
      call.reply(AnsLayerSiblingListHead, { ignored: 0, count: siblings(call).length }),
    ReqLayerSiblingListData: (call, { firstIndex, count }) =>
      page(call, AnsLayerSiblingListData, siblings(call), firstIndex, count),
    ReqLayerSiblingListFoot: (call) => call.reply(AnsLayerSiblingListFoot, {}),
  },
)

const children = ({ session }: GameCall): readonly Layer[] =>
  childrenOf(session.player.at ?? session.player.server)

const siblings = ({ session }: GameCall): readonly Layer[] =>
  siblingsOf(session.player.at ?? session.player.server)

/** Without a row the client fails (extras.md 8.3), so then it gets words instead. */
function page(
  call: GameCall,
  answer: typeof AnsLayerChildListData | typeof AnsLayerSiblingListData,
  layers: readonly Layer[],
  first: number,
  count: number,
): void {
  const records = layerRows(layers, first, count)
  if (records.length > 0) call.reply(answer, { ignored: first, records })
  else call.refuse(answer, reasonWords.no_such_place)
}
