/** What a hunter and a node are to central, if it did one thing after the other (shared-state.md, "Leases and fences"). */
import type { NodeCall, Operation, PlayerCall } from './history.ts'
import type { Model } from './linearizable.ts'

interface PlayerState {
  readonly fence: number
  /** Who made the claim of this fence; empty before the first. */
  readonly claimer: string
  readonly epoch: number
  readonly isHeld: boolean
  readonly version: number
  readonly value: number
}

/** What is known for certain of what was done, whatever was answered. */
interface Known {
  /** The hunter's version before anything was written. */
  readonly first: number
  /** Of each number that is kept: its version. */
  readonly versions: ReadonlyMap<number, number>
  /** Of each claim that was done: its fence. */
  readonly fences: ReadonlyMap<string, number>
}

/** A hunter under his lease. */
export function playerModel(known: Known): Model<PlayerCall, PlayerState> {
  return {
    initial: { fence: 0, claimer: '', epoch: 0, isHeld: false, version: known.first, value: 0 },
    text: ({ fence, claimer, epoch, isHeld, version, value }) =>
      `fence ${fence} of ${claimer || 'nobody'}/${epoch}${isHeld ? '' : ', released'}, version ${version} = ${value}`,
    isPassive: ({ call, outcome }) =>
      outcome.is === 'refused' || call.kind === 'read' || call.kind === 'use' || call.kind === 'see',
    step: (state, operation) => stepPlayer(state, operation, known),
  }
}

function stepPlayer(
  state: PlayerState,
  { call, outcome }: Operation<PlayerCall>,
  { versions, fences }: Known,
): readonly PlayerState[] {
  const answer = outcome.is === 'done' ? outcome.answer : null
  const same = [state]
  switch (call.kind) {
    case 'claim': {
      if (outcome.is === 'refused') return same
      const { node: claimer, epoch } = call
      const next = { ...state, fence: state.fence + 1, claimer, epoch, isHeld: true }
      if (answer?.kind !== 'claimed') return fences.get(call.attempt) === next.fence ? [next] : []
      return answer.fence === next.fence && answer.value === state.value ? [next] : []
    }
    case 'write': {
      const { node, fence, value } = call
      const isClaimers = state.claimer === node && state.fence === fence
      // Central refuses whole syncs for reasons that have nothing to do with the hunter. His fence is good until the next
      // claim, also behind the release and for later starts of the same node.
      if (outcome.is === 'refused') return isClaimers && outcome.code === 'fence_lost' ? [] : same
      const version = state.version + 1
      return isClaimers && (versions.get(value) ?? version) === version ? [{ ...state, version, value }] : []
    }
    case 'release': {
      const isHolders = state.claimer === call.node && state.fence === call.fence && state.isHeld
      if (outcome.is === 'refused' || !isHolders) return same
      return [{ ...state, isHeld: false }]
    }
    case 'use': {
      const { node, epoch, fence } = call
      const isHolders =
        state.claimer === node && state.epoch === epoch && state.fence === fence && state.isHeld
      if (outcome.is === 'refused') return isHolders && outcome.code === 'fence_lost' ? [] : same
      return outcome.is === 'unknown' || isHolders ? same : []
    }
    case 'read':
      if (answer?.kind !== 'record') return same
      return answer.version === state.version && answer.value === state.value ? same : []
    case 'see':
      // Offline is always true of somebody whose node has not told of him yet.
      if (answer?.kind !== 'seen' || answer.node === null) return same
      return state.isHeld && state.claimer === answer.node ? same : []
  }
}

/** A node by its newest start. */
export const nodeModel: Model<NodeCall, number> = {
  initial: 0,
  isPassive: ({ call, outcome }) => outcome.is === 'refused' || call.kind === 'renew',
  text: (newest) => `newest epoch ${newest}`,
  step(newest, { call, outcome }) {
    if (call.kind === 'register') {
      if (outcome.is === 'refused') return [newest]
      if (outcome.is === 'unknown' || outcome.answer.kind !== 'registered') return [newest + 1]
      return outcome.answer.epoch === newest + 1 ? [newest + 1] : []
    }
    if (outcome.is === 'refused')
      return outcome.code === 'epoch_superseded' && call.epoch === newest ? [] : [newest]
    return outcome.is === 'unknown' || call.epoch === newest ? [newest] : []
  },
}
