interface Listening {
  addEventListener?(event: 'error', listener: () => void): void;
}

/**
 * The WebSocket to use, with a listener for errors from its first moment on. A socket of the package `ws` that is closed
 * while it connects reports an error that nobody else listens to then, and in Node an error unheard ends the process.
 */
export function quietSocket(given: unknown): unknown {
  const Socket = (given ?? (globalThis as { WebSocket?: unknown }).WebSocket) as
    | (new (
        ...args: unknown[]
      ) => Listening)
    | undefined;
  if (!Socket) return undefined;
  return class extends Socket {
    constructor(...args: unknown[]) {
      super(...args);
      this.addEventListener?.('error', () => {});
    }
  };
}
