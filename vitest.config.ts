import { defineConfig } from 'vitest/config'

/** `npm test` runs the project `tests`; `npm run test:machine` what needs more of a machine, or longer. */
export default defineConfig({
  test: {
    // A log of CI is read for what failed, and for what tests say of their rounds.
    reporters: process.env.CI ? [['minimal', { silent: false }]] : ['default'],
    // Most tests wait for processes and sockets: by default one core would idle. Machine tests go one after the other, by a
    // flag: each is many processes.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'tests',
          include: ['**/*.test.ts'],
          globalSetup: ['test/src/postgres-setup.ts'],
          exclude: ['**/node_modules/**', '**/*.machine.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'machine',
          include: ['**/*.machine.test.ts'],
          globalSetup: ['test/src/postgres-setup.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
