/** How much of a machine the embedded database takes for its cache (docs/decisions/0142-cheaper-steps.md). */

const mib = 2 ** 20
/** A community's database fits in it, and an old PC has other work. */
const least = 24
/** Some 200,000 players who are there at once. */
const most = 256

/** Postgres's `shared_buffers`. It takes them from the system as it fills them, and not before. */
export function buffersFor(memory = 0): string {
  return `${Math.min(most, Math.max(least, Math.floor(memory / 64 / mib)))}MB`
}
