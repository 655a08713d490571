/**
 * RFP, the waiting room (login.md 3.4). No console is ever sent here, since AnsLoginInfo never says
 * "queue"; one that comes is let in, checked and let go, which is all that is known of it.
 */
import type { ServerKind } from '../dialogue/server-kind.ts'

const accepted = 1

export function rfp(): ServerKind<null> {
  return {
    name: 'rfp',
    refusal: 'alert',
    routes: new Map(),
    open: () => ({ status: accepted, session: null }),
    closed: () => undefined,
  }
}
