import { unauthenticated } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import { detached } from '../telemetry/message-trace.ts';
import type { Authenticate, Authenticated } from './authenticate.ts';
import type { Device } from './record-session.ts';

/**
 * Whose an open socket is, and until when. A token is looked at once, when the socket opens; so the socket is closed at the
 * moment its token runs out, unless its owner shows a newer one in time. Subscriptions go on through that untouched.
 */
export type SocketIdentity = {
  /** As the token said when it was shown last; the newest name and role come from the directory. */
  readonly viewer: Viewer;
  /** Takes another token of the same participant; answers until when it holds. A refusal leaves everything as it was. */
  refresh(token: string): Promise<Date>;
  /** To be called when the socket is closed. */
  end(): void;
};

type Parts = { authenticate: Authenticate; device: Device; close: (code: number, reason: string) => void };

/** setTimeout's longest delay. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function createSocketIdentity(first: Authenticated, { authenticate, device, close }: Parts): SocketIdentity {
  let current = first;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  function watchExpiry() {
    clearTimeout(timer);
    const ms = Math.max(current.expiresAt.getTime() - Date.now(), 0);
    timer = detached(() => setTimeout(atExpiry, Math.min(ms, MAX_TIMER_MS)));
  }

  function atExpiry() {
    // A timer may be a little early, and reaches 25 days at most.
    if (current.expiresAt.getTime() > Date.now()) return watchExpiry();
    close(4403, 'Token expired');
  }

  watchExpiry();
  return {
    get viewer() {
      return current.viewer;
    },
    async refresh(token) {
      const next = await authenticate(`Bearer ${token}`, device);
      if (next.viewer.id !== current.viewer.id) throw unauthenticated('The token is somebody else’s.');
      current = next;
      if (!ended) watchExpiry();
      return current.expiresAt;
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
