/** The server's clock, as well as this device can know it: latencies told by a clock that is off are no latencies. */
export interface ServerClock {
  /** Notes the moment in which the server is asked; returns what it is asked with. */
  asking<T>(question: T): T;
  /** What the server answered when it accepted the socket. */
  answered(payload: unknown): void;
  /** RFC 3339. Before the server has told the time, and where it is within what the way explains, this device's own. */
  now(): string;
}

/**
 * Cristian's algorithm ("Probabilistic clock synchronization", 1989): the server's time is taken for that of the middle of the
 * round trip, so it is off by half of that at most. An offset that is not larger could as well be the way's, and is left alone.
 */
export function createServerClock(clock: () => number = Date.now): ServerClock {
  let askedAt = 0;
  let offsetMs = 0;
  return {
    asking(question) {
      askedAt = clock();
      return question;
    },
    answered(payload) {
      const { serverTime } = (payload ?? {}) as { serverTime?: unknown };
      const told = typeof serverTime === 'string' ? Date.parse(serverTime) : Number.NaN;
      if (Number.isNaN(told)) return;
      const halfTrip = (clock() - askedAt) / 2;
      const offset = told - (askedAt + halfTrip);
      offsetMs = Math.abs(offset) > halfTrip ? offset : 0;
    },
    now: () => new Date(clock() + offsetMs).toISOString(),
  };
}
