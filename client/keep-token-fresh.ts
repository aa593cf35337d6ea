import { refreshTokenMutation } from './operations.ts';
import type { ParleyError } from './parley-error.ts';
import type { SocketOperations } from './socket-operations.ts';
import { tokenClaims } from './token-claims.ts';

/** A new token is asked for this long before the old one ends, in ms: time for the callback and a second try … */
const LEAD_MS = 60_000;
/** … but never before so much of what is left has passed: a token may live for less, and tries that fail come closer together. */
const LEAD_SHARE = 0.5;
/** setTimeout's longest delay. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Less than this before its end, in ms, the token is left to run out: the server will say so, and a reconnect follows. */
const TOO_LATE_MS = 200;

interface Surroundings {
  attempt: SocketOperations['attempt'];
  /** A new token, checked to be the same participant's. */
  fresh(): Promise<string>;
  /** The server does not know the mutation: take it to a new socket. */
  reconnect(): void;
}

export interface TokenKeeper {
  /** A socket was opened with this token. */
  watch(token: string): void;
  stop(): void;
}

/**
 * Replaces the token of an open socket before it runs out, so that no subscription is interrupted. It goes by the device's
 * clock; where that is wrong, or the callback fails until the end, the server closes the socket and the client comes back
 * with a new token, from where it was.
 */
export function keepTokenFresh({ attempt, fresh, reconnect }: Surroundings): TokenKeeper {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function watch(token: string): void {
    clearTimeout(timer);
    const { exp = 0 } = tokenClaims(token);
    const leftMs = exp * 1_000 - Date.now();
    if (leftMs < TOO_LATE_MS) return;
    const waitMs = leftMs - Math.min(LEAD_MS, leftMs * LEAD_SHARE);
    timer = setTimeout(() => void refresh(token), Math.min(waitMs, MAX_TIMER_MS));
  }

  async function refresh(old: string): Promise<void> {
    const mine = timer;
    let token = old;
    try {
      token = await fresh();
      if (mine !== timer) return;
      // The same one again, from the owner's own cache, say: ask once more, closer to its end.
      if (token !== old) await attempt(refreshTokenMutation, { token });
    } catch (error) {
      if (mine !== timer) return;
      if ((error as ParleyError).code === 'GRAPHQL_VALIDATION_FAILED') return reconnect();
      token = old;
    }
    if (mine === timer) watch(token);
  }

  return {
    watch,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
