/**
 * Asks until the answer is as wanted, or `deadlineMs` is over; gives the last answer either way, for a
 * test to check. For what has no event to wait for: public routes, which a sync feeds.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  deadlineMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (isWanted(answer) || performance.now() > deadline) return answer
    await new Promise((again) => setTimeout(again, 50))
  }
}
