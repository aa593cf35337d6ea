import { setTimeout as pause } from 'node:timers/promises';

/** Often enough not to be late, seldom enough not to disturb what is watched. */
const ASK_EVERY_MS = 20;

/**
 * For what nobody announces: rows that go away, a metric that rises. Asks until the answer is truthy, and returns it;
 * everything that has a frame or a signal is waited for by that.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  withinMs = 15_000,
): Promise<Exclude<T, false | null | undefined | 0>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined | 0>;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await pause(ASK_EVERY_MS);
  }
}
