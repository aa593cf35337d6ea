/** Pauses that can all be cut short. */
export function createPauses() {
  const running = new Set<() => void>();
  return {
    /** Resolves after `ms`, or when all are ended. */
    pause(ms: number): Promise<void> {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          running.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        running.add(end);
      });
    },
    endAll() {
      for (const end of running) end();
    },
  };
}
