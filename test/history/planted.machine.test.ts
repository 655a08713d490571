/**
 * Needs some processes at once; takes a minute.
 *
 * The same run on a central whose database breaks one rule: what a wrong statement or a missing lock would do is done
 * by a trigger. The checker has to name the promise that is broken.
 */
import { describe, expect, test } from 'vitest'
import { judge } from '../src/history/judge.ts'
import { sayViolations } from '../src/history/report.ts'
import { recordRun } from '../src/history/run.ts'
import { testDatabase } from '../src/postgres.ts'

/** Where the machine lets one client end before the other has begun there is nothing to find: then it is run again. */
const seeds = [7, 8, 9]

const trigger = (table: string, event: string, body: string) => `
  create function sabotage() returns trigger language plpgsql as $$ begin ${body} end $$;
  create trigger sabotage ${event} on ${table} for each row execute function sabotage()`

const bugs = [
  {
    bug: 'a claim that does not raise the fence',
    promise: 'fences only rise',
    sabotage: trigger(
      'leases',
      'before update',
      'new.fence := case when new.fence % 3 = 0 then old.fence else new.fence end; return new;',
    ),
  },
  {
    bug: 'a write that is answered and not done',
    promise: 'no acknowledged write is lost',
    sabotage: trigger(
      'players',
      'before update of settings',
      'if new.version % 4 = 0 then return null; end if; return new;',
    ),
  },
  {
    bug: 'a claim that leaves the lease with the holder before',
    promise: 'no write by a fenced holder',
    sabotage: trigger(
      'leases',
      'before update',
      `if old.node_id is not null and new.node_id is not null and new.node_id <> old.node_id and old.fence % 2 = 0
       then return null; end if; return new;`,
    ),
  },
  {
    bug: 'the same, by what a fenced holder may still do',
    promise: 'at most one live lease',
    sabotage: trigger(
      'leases',
      'before update',
      `if old.node_id is not null and new.node_id is not null and new.node_id <> old.node_id and old.fence % 2 = 0
       then return null; end if; return new;`,
    ),
  },
  {
    bug: 'a write that puts down something else than it was given',
    promise: 'reads are linearizable',
    sabotage: trigger(
      'players',
      'before update of settings',
      `if new.version % 4 = 0 then new.settings := set_byte(new.settings, 100, 77); end if; return new;`,
    ),
  },
] as const

describe.each(bugs)('$bug', ({ promise, sabotage }) => {
  test(`is found: ${promise}`, { timeout: 240_000 }, async () => {
    const said: string[] = []
    for (const seed of seeds) {
      await using database = await testDatabase()
      const { history } = await recordRun({
        ...{ seed, databaseUrl: database.url, sabotage, atLeast: null },
        ...{ operations: 40, nodes: 2, hunters: 2, pauseMs: 2 },
      })
      const found = judge(history)
      if (found.some((one) => one.promise === promise)) return
      said.push(`seed ${seed}:`, ...sayViolations(found))
    }
    expect.fail(`not found in ${seeds.length} runs: ${promise}\n${said.join('\n')}`)
  })
})
