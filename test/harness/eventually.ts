import { setTimeout as pause } from 'node:timers/promises';

/** Often at first, so that nobody is kept waiting; then more seldom, so that what is watched is not disturbed. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 100;
const GROWTH = 1.25;

/**
 * For what nobody announces: rows that go away, a metric that rises. Asks until the answer is truthy, and returns it;
 * everything that has a frame or a signal is waited for by that.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  withinMs = 30_000,
): Promise<Exclude<T, false | null | undefined | 0>> {
  const deadline = Date.now() + withinMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined | 0>;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await pause(pauseMs);
  }
}
