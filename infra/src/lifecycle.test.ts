import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'

/** Runs a command made of `body`, with `life` and `log` in scope, in a process of its own. */
function command(body: string) {
  const module = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  const script = `
    import { runUntilEnded } from ${module('./lifecycle.ts')}
    import { jsonSink, openLog } from ${module('./log.ts')}
    const alive = setInterval(() => {}, 1000)
    try {
      await runUntilEnded(openLog(jsonSink()), async (life) => { ${body}; console.log('started') })
      console.log('over')
    } catch (error) { console.log('failed: ' + error.message); process.exitCode = 1 }
    process.exit()`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const said = child.stdout ? text(child.stdout) : Promise.resolve('')
  const started = new Promise<void>((resolve) =>
    child.stdout?.on('data', (chunk) => String(chunk).includes('started') && resolve()),
  )
  // Log lines are JSON and go out when they like.
  const words = async () => (await said).replace(/^\{.*\}\n/gm, '')
  const ended = once(child, 'exit').then(async ([code]) => ({ code, said: await words(), log: await said }))
  return { child, started, ended }
}

const closers = `
  life.onEnd(({ hurry }) => console.log('first, hurry ' + hurry))
  life.onEnd(() => { throw new Error('broken') })
  life.onEnd(() => console.log('second'))`

describe('a long-running command', () => {
  test('closes everything in reverse on SIGTERM, whatever fails on the way, and exits with 0', async () => {
    const { child, started, ended } = command(closers)
    await started
    child.kill('SIGTERM')
    const { code, said, log } = await ended
    expect(code).toBe(0)
    expect(said).toBe('started\nsecond\nfirst, hurry false\nover\n')
    expect(log).toContain('"message":"broken"')
  })

  test('takes signals that come together as one wish', async () => {
    const { child, started, ended } = command(closers)
    await started
    child.kill('SIGINT')
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, said: expect.stringContaining('first, hurry false') })
  })

  test('hurries when its starter has gone', async () => {
    const { child, started, ended } = command(closers)
    await started
    child.disconnect()
    expect(await ended).toMatchObject({ code: 0, said: expect.stringContaining('first, hurry true') })
  })

  test('exits at once on a second signal', async () => {
    const { child, started, ended } = command(
      `life.onEnd(() => { console.log('closing'); return new Promise(() => {}) })`,
    )
    await started
    child.kill('SIGTERM')
    await once(child.stdout ?? child, 'data')
    // What comes right after the first is the same wish told twice, so the test insists.
    const insisting = setInterval(() => child.kill('SIGTERM'), 50)
    expect((await ended).code).toBe(1)
    clearInterval(insisting)
  })

  test('closes what was started when the start or a part of it fails', async () => {
    const { said, code } = await command(`${closers}; throw new Error('no port')`).ended
    expect(code).toBe(1)
    expect(said).toBe('second\nfirst, hurry true\nfailed: no port\n')
    const part = await command(`${closers}; setTimeout(() => life.fail(new Error('superseded')), 1)`).ended
    expect(part).toMatchObject({ code: 1, said: expect.stringContaining('failed: superseded') })
  })
})
