/** Simulated consoles that log in and play. */
export {
  type BotFailure,
  type BotStatistics,
  type Bots,
  type BotsOptions,
  startBots,
} from './bots.ts'
