/**
 * Ends Postgres when this process dies by any means: a tiny shell holds the other end of a pipe, and
 * when the pipe closes it asks for a fast stop, then insists. (On Windows nothing does that; the next
 * start stops the orphan.)
 */
import { spawn } from 'node:child_process'

/** `$1` is Postgres's process, `$2` its lock file: a number that is no longer Postgres's is left alone. */
const script = `
is_ours() { read -r pid < "$2" 2>/dev/null && [ "$pid" = "$1" ]; }
cat > /dev/null
is_ours "$@" && kill -INT "$1"
for i in 1 2 3 4 5 6 7; do is_ours "$@" || exit 0; sleep 0.1; done
is_ours "$@" && kill -QUIT "$1"
`

export interface Watcher {
  /** Postgres has ended: there is nothing to watch over. */
  dismiss(): void
}

export function watchOver(pid: number, lockFile: string): Watcher {
  if (process.platform === 'win32') return { dismiss() {} }
  let dismissed = false
  let shell = open()

  function open() {
    const opened = spawn('/bin/sh', ['-c', script, 'citygate-watcher', String(pid), lockFile], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C in a terminal is for the parent, which stops Postgres in its own time.
      detached: true,
    })
    opened.on('error', () => {})
    opened.stdin.on('error', () => {})
    opened.unref()
    opened.once('exit', () => {
      if (!dismissed) shell = open()
    })
    return opened
  }

  return {
    dismiss() {
      dismissed = true
      shell.kill('SIGKILL')
      shell.stdin.destroy()
    },
  }
}
