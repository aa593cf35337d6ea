/** Lets one waiting consumer know that there is something to do. Raised while nobody waits, it is remembered. */
export type Signal = {
  raise(): void;
  /** Wakes whoever waits, for good, and runs what onEnd was given. Once. */
  end(): void;
  onEnd(cleanUp: () => void): void;
  readonly ended: boolean;
  raised(): Promise<void>;
  /** A wait that the end cuts short. */
  after(ms: number): Promise<void>;
};

export function createSignal(): Signal {
  let wake: (() => void) | undefined;
  let pending = false;
  let ended = false;
  const cleanUps: (() => void)[] = [];
  const raise = () => {
    pending = true;
    wake?.();
  };
  return {
    raise,
    end() {
      if (ended) return;
      ended = true;
      raise();
      for (const cleanUp of cleanUps) cleanUp();
    },
    onEnd: (cleanUp) => void cleanUps.push(cleanUp),
    get ended() {
      return ended;
    },
    async raised() {
      if (!pending && !ended) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      pending = false;
    },
    async after(ms) {
      if (ended) return;
      const previous = wake;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          previous?.();
          if (!ended) return;
          clearTimeout(timer);
          resolve();
        };
      });
      wake = previous;
    },
  };
}

/**
 * A generator's own return() waits for a pending next(), which may wait for ever. This one wakes it first, so that a
 * subscription that is ended lets go of everything at once.
 */
export function endable<T>(
  generator: AsyncGenerator<T, void, void>,
  signal: Signal,
): AsyncIterableIterator<T, void, void> {
  return {
    next: () => generator.next(),
    return() {
      signal.end();
      return generator.return();
    },
    throw(error) {
      signal.end();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
