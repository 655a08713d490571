/**
 * How much one hunter may say to the others. Each packet of his costs one for everybody around, so one
 * console that floods would slow the whole gate; what is over the pace is not relayed.
 */
import { Pace } from '../dialogue/pace.ts'

/** Multiples of what the game sends: a position every 500 ms, chat by hand, bursts of data when peers meet. */
const limits = {
  position: { perSecond: 40, burst: 400 },
  chat: { perSecond: 10, burst: 100 },
  data: { perSecond: 300, burst: 1500 },
} as const

export type Said = keyof typeof limits

export type Paces = Readonly<Record<Said, Pace>>

export const createPaces = (now: number): Paces => ({
  position: new Pace(now, limits.position),
  chat: new Pace(now, limits.chat),
  data: new Pace(now, limits.data),
})
