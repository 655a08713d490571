/** One id from a console's packet to central's log. */
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Console } from '../src/console/index.ts'
import { testDatabase } from '../src/postgres.ts'
import { Realm } from '../src/realm.ts'

interface Line {
  readonly msg: string
  readonly trace?: string
  readonly packet?: string
  readonly route?: string
}

test('what a console’s log-in asks of central stands in both logs under one trace', async () => {
  const lines: Line[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  await using database = await testDatabase()
  await using realm = await Realm.start({
    databaseUrl: database.url,
    log: pino({ level: 'debug' }, { write }),
  })
  const hunter = await Console.logIn({ opn: realm.opn, tls: false, name: 'Aria', pick: () => 1 })
  await hunter.enterGate(3)
  await hunter.logOut()

  const asked = lines.filter(({ msg }) => msg === 'central was asked')
  const answered = (trace: string | undefined) =>
    lines.flatMap((line) =>
      line.msg === 'a request was answered' && line.trace === trace ? [line.route] : [],
    )
  const byPacket = new Map(asked.map(({ packet, trace }) => [packet, answered(trace)]))
  // The whole way: who the console is, whom it plays (each with its next ticket), where it goes, and the claim there.
  expect([...byPacket.values()].flat()).toEqual(
    expect.arrayContaining([
      '/v1/consoles/identify',
      '/v1/consoles/{consoleId}/slots/{slot}',
      '/v1/tickets/arm',
      '/v1/sessions',
    ]),
  )
  // At the game server it is the console's answer to the hello that central is asked for.
  expect(byPacket.get('AnsConnection')).toContain('/v1/sessions')
  for (const { trace, packet } of asked) {
    expect({ packet, trace }).toMatchObject({ trace: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect({ packet, calls: answered(trace).length > 0 }).toEqual({ packet, calls: true })
  }
  expect(new Set(asked.map(({ trace }) => trace)).size).toBe(asked.length)
})
