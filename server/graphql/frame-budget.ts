/** Whether a socket may send one more frame: a budget for each ten seconds, in which a burst may use all of it. */
const WINDOW_MS = 10_000;

export function createFrameBudget(frames: number): () => boolean {
  let left = frames;
  let endsAt = performance.now() + WINDOW_MS;
  return () => {
    if (--left >= 0) return true;
    const now = performance.now();
    if (now < endsAt) return false;
    left = frames - 1;
    endsAt = now + WINDOW_MS;
    return true;
  };
}
