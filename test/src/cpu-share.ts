/** A part of one core for a process, on Linux, for benchmarks: whoever stands beside it has the rest. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Short, so that nobody waits long for his next turn. */
const periodUs = 10_000

export interface Share extends Disposable {}

/** Null where this machine has no control groups that we may write. End the process before the share. */
export function holdBack(pid: number, ofOneCore: number): Share | null {
  const quotaUs = Math.round(periodUs * ofOneCore)
  try {
    return newKind(pid, quotaUs) ?? oldKind(pid, quotaUs)
  } catch {
    return null
  }
}

const mount = '/sys/fs/cgroup'
const nameOf = (pid: number) => `citygate-bench-${process.pid}-${pid}`

/** Control groups of version 2. */
function newKind(pid: number, quotaUs: number): Share | null {
  const controllers = join(mount, 'cgroup.controllers')
  if (!existsSync(controllers) || !/\bcpu\b/.test(readFileSync(controllers, 'utf8'))) return null
  writeFileSync(join(mount, 'cgroup.subtree_control'), '+cpu')
  return share(join(mount, nameOf(pid)), pid, { 'cpu.max': `${quotaUs} ${periodUs}` })
}

function oldKind(pid: number, quotaUs: number): Share | null {
  if (!existsSync(join(mount, 'cpu', 'cpu.cfs_quota_us'))) return null
  return share(join(mount, 'cpu', nameOf(pid)), pid, {
    'cpu.cfs_period_us': String(periodUs),
    'cpu.cfs_quota_us': String(quotaUs),
  })
}

function share(folder: string, pid: number, settings: Readonly<Record<string, string>>): Share {
  mkdirSync(folder)
  for (const [file, value] of Object.entries(settings)) writeFileSync(join(folder, file), value)
  writeFileSync(join(folder, 'cgroup.procs'), String(pid))
  return { [Symbol.dispose]: () => rmdirSync(folder) }
}
