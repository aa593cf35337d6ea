/**
 * For a watermark: raises it again and again to the highest value asked for, one request at a time. What is asked for
 * meanwhile is served by the next, as a client that is busy acknowledges many messages at once.
 */
export function raiseLatest(
  raise: (value: number) => Promise<unknown>,
  onError: (error: Error) => void,
): (value: number) => void {
  let wanted = 0;
  let reached = 0;
  let running = false;
  return (value) => {
    wanted = Math.max(wanted, value);
    if (running) return;
    running = true;
    (async () => {
      while (reached < wanted) {
        const next = wanted;
        await raise(next);
        reached = next;
      }
    })()
      .catch(onError)
      .finally(() => {
        running = false;
      });
  };
}
