/** Simulated consoles that log in and play. */
export {
  type BotFailure,
  type BotStatistics,
  type Bots,
  type BotsOptions,
  runBots,
  startBots,
} from './bots.ts'
