import { expect, test } from 'vitest'
import { AnsServerTime, ReqServerTime } from '../pat/index.ts'
import { Lobby, read } from './testing/lobby.ts'

test('the time is that of the game server, beside the date', async () => {
  const lobby = new Lobby()
  const date = lobby.clock.utcSeconds()
  for (const server of [1, 2]) {
    const console = await lobby.enter(`${server}`, server)
    const time = read(AnsServerTime, console.says(ReqServerTime, { convertedCountryCode: 0x4a }))
    expect(time).toEqual({ serverTime: date + 1000 * server, currentTime: date })
  }
})
