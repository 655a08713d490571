/**
 * What this node knows of consoles and hunters that were here: enough to let them in again while central is away. A
 * console is known by the hash of its support code, as central's own answers never tell one. Bounded; who was here
 * longest ago is forgotten first.
 */

import { Buffer } from 'node:buffer'
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Bytes } from '../pat/index.ts'
import type { Files } from './journal/index.ts'
import type { Slot } from './link.ts'
import type { Acquaintances, FriendRequest, Known as Hunter } from './social.ts'

/** Of a hunter, as this node had him under the fence of its last claim. */
export interface Copy {
  readonly capcomId: string
  name: Bytes
  settings: Bytes | null
  /** Nobody had claimed him since, as far as this node has heard. */
  readonly fence: number
  readonly incarnation: string
  acquaintances: Acquaintances | null
}

interface ConsoleKnown {
  readonly consoleId: string
  slots: readonly Slot[]
}

export interface Known {
  console(supportCode: string): ConsoleKnown | null
  slotsOf(consoleId: string): readonly Slot[] | null
  keepConsole(supportCode: string, consoleId: string, slots: readonly Slot[]): void
  keepSlot(consoleId: string, slot: Slot): void
  copy(capcomId: string): Copy | null
  keepCopy(copy: Copy): void
  /** Somebody else has him: what this node knows is no ground for a log-in any more. */
  forget(capcomId: string, fence: number): void
  /** Something in a copy was changed in place. */
  changed(): void
  /**
   * Writes what is new to the disk; after a failure it is tried with the next call. Copies are kept at the end of a start
   * alone: after a crash they would be older than what was written under their fence (0134).
   */
  save(ending?: 'ending'): Promise<void>
}

const consolesAtMost = 10_000
const copiesAtMost = 20_000

export async function openKnown(files: Files, folder: string, path: string): Promise<Known> {
  const consoles = new Map<string, ConsoleKnown>()
  const copies = new Map<string, Copy>()
  const byId = new Map<string, ConsoleKnown>()
  const read = await readFile(files, path)
  for (const [hash, { consoleId, slots }] of read.consoles) put(hash, { consoleId, slots: slots.map(slotOf) })
  for (const copy of read.copies) copies.set(copy.capcomId, copyOf(copy))
  // What is on the disk must not look like a good end when this start has none.
  let dirty = copies.size > 0
  if (dirty) await save().catch(() => copies.clear())

  function put(hash: string, known: ConsoleKnown): void {
    consoles.delete(hash)
    consoles.set(hash, known)
    byId.set(known.consoleId, known)
    for (const [oldest, { consoleId }] of consoles) {
      if (consoles.size <= consolesAtMost) break
      consoles.delete(oldest)
      byId.delete(consoleId)
    }
  }

  return {
    console: (supportCode) => consoles.get(hashOf(supportCode)) ?? null,
    slotsOf: (consoleId) => byId.get(consoleId)?.slots ?? null,
    keepConsole(supportCode, consoleId, slots) {
      put(hashOf(supportCode), { consoleId, slots })
      dirty = true
    },
    keepSlot(consoleId, slot) {
      const known = byId.get(consoleId)
      if (!known) return
      known.slots = [...known.slots.filter((one) => one.slot !== slot.slot), slot]
      dirty = true
    },
    copy: (capcomId) => copies.get(capcomId) ?? null,
    keepCopy(copy) {
      copies.delete(copy.capcomId)
      copies.set(copy.capcomId, copy)
      for (const oldest of copies.keys()) {
        if (copies.size <= copiesAtMost) break
        copies.delete(oldest)
      }
      dirty = true
    },
    forget(capcomId, fence) {
      const copy = copies.get(capcomId)
      if (!copy || copy.fence > fence) return
      copies.delete(capcomId)
      dirty = true
    },
    changed() {
      dirty = true
    },
    save,
  }

  async function save(ending?: 'ending'): Promise<void> {
    if (!dirty && !ending) return
    dirty = false
    const text = JSON.stringify({
      version: 1,
      consoles: [...consoles].map(([hash, known]) => [hash, plainConsole(known)]),
      copies: ending ? [...copies.values()].map(plainCopy) : [],
    })
    try {
      await writeWhole(files, folder, path, text)
    } catch (error) {
      dirty = true
      throw error
    }
  }
}

const hashOf = (supportCode: string) => createHash('sha256').update(supportCode).digest('hex')

async function writeWhole(files: Files, folder: string, path: string, text: string): Promise<void> {
  const beside = `${path}.${randomUUID()}.new`
  const file = await files.create(beside)
  try {
    await file.write(Buffer.from(text, 'utf8'), 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(beside, path, folder)
}

const Base64 = z.base64()
const PlainHunter = z.object({ capcomId: z.string(), name: Base64 })
const PlainSlot = z.object({ slot: z.int(), capcomId: z.string(), name: Base64 })
const PlainCopy = z.object({
  capcomId: z.string(),
  name: Base64,
  settings: Base64.nullable(),
  fence: z.int(),
  incarnation: z.string(),
  acquaintances: z
    .object({
      friends: z.array(PlainHunter),
      blacklist: z.array(PlainHunter),
      requests: z.array(z.object({ number: z.int(), from: PlainHunter, info: Base64, text: Base64 })),
      deniesRequests: z.boolean(),
    })
    .nullable(),
})
const PlainFile = z.object({
  version: z.literal(1),
  consoles: z.array(z.tuple([z.string(), z.object({ consoleId: z.string(), slots: z.array(PlainSlot) })])),
  copies: z.array(PlainCopy),
})

/** A file that cannot be read is as good as none: it only costs log-ins while central is away. */
async function readFile(
  files: Files,
  path: string,
): Promise<Pick<z.infer<typeof PlainFile>, 'consoles' | 'copies'>> {
  const bytes = await files.read(path)
  if (!bytes) return { consoles: [], copies: [] }
  try {
    const parsed = PlainFile.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    return parsed.success ? parsed.data : { consoles: [], copies: [] }
  } catch {
    return { consoles: [], copies: [] }
  }
}

const base64 = (bytes: Bytes) => Buffer.from(bytes).toString('base64')
const bytesOf = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64'))

const plainHunter = ({ capcomId, name }: Hunter) => ({ capcomId, name: base64(name) })
const hunterOf = ({ capcomId, name }: z.infer<typeof PlainHunter>): Hunter => ({
  capcomId,
  name: bytesOf(name),
})
const slotOf = ({ slot, capcomId, name }: z.infer<typeof PlainSlot>): Slot => ({
  slot,
  capcomId,
  name: bytesOf(name),
})
const plainConsole = ({ consoleId, slots }: ConsoleKnown) => ({
  consoleId,
  slots: slots.map(({ slot, ...hunter }) => ({ slot, ...plainHunter(hunter) })),
})

function plainCopy({ name, settings, acquaintances, ...rest }: Copy): z.infer<typeof PlainCopy> {
  return {
    ...rest,
    name: base64(name),
    settings: settings && base64(settings),
    acquaintances: acquaintances && {
      friends: acquaintances.friends.map(plainHunter),
      blacklist: acquaintances.blacklist.map(plainHunter),
      requests: acquaintances.requests.map(({ number, from, message }) => ({
        number,
        from: plainHunter(from),
        info: base64(message.info),
        text: base64(message.text),
      })),
      deniesRequests: acquaintances.deniesRequests,
    },
  }
}

function copyOf({ name, settings, acquaintances, ...rest }: z.infer<typeof PlainCopy>): Copy {
  const requests = (acquaintances?.requests ?? []).map(
    ({ number, from, info, text }): FriendRequest => ({
      number,
      from: hunterOf(from),
      message: { info: bytesOf(info), text: bytesOf(text) },
    }),
  )
  return {
    ...rest,
    name: bytesOf(name),
    settings: settings === null ? null : bytesOf(settings),
    acquaintances: acquaintances && {
      friends: acquaintances.friends.map(hunterOf),
      blacklist: acquaintances.blacklist.map(hunterOf),
      requests,
      deniesRequests: acquaintances.deniesRequests,
    },
  }
}
