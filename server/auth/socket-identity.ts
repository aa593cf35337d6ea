import type { Viewer } from '../participants/participant.ts';
import { detached } from '../telemetry/message-trace.ts';
import type { Grant } from './admit.ts';
import type { Authenticate, Authenticated } from './authenticate.ts';
import type { Device } from './device.ts';

/**
 * Whose an open socket is, and until when. A token is looked at once, when the socket opens; so the socket is closed at the
 * moment its token runs out, unless its owner shows a newer one in time. Subscriptions go on through that untouched.
 */
export type SocketIdentity = {
  /** As it was when the token was shown; the newest name and role come from the directory. */
  readonly viewer: Viewer;
  /** What has let it in. */
  readonly grant: Grant;
  /** Takes another token of the same participant; answers until when it holds. A refusal leaves everything as it was. */
  refresh(token: string): Promise<Date>;
  close(code: number, reason: string): void;
  /** To be called when the socket is closed. */
  end(): void;
};

type Parts = {
  authenticate: Authenticate;
  device: Device;
  close: (code: number, reason: string) => void;
  onEnd: () => void;
};

/** setTimeout's longest delay. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function createSocketIdentity(first: Authenticated, parts: Parts): SocketIdentity {
  const { authenticate, device, close, onEnd } = parts;
  let { viewer, grant } = first;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  function watchExpiry() {
    clearTimeout(timer);
    const ms = Math.max(grant.expiresAt.getTime() - Date.now(), 0);
    timer = detached(() => setTimeout(atExpiry, Math.min(ms, MAX_TIMER_MS)));
  }

  function atExpiry() {
    // A timer may be a little early, and reaches 25 days at most.
    if (grant.expiresAt.getTime() > Date.now()) return watchExpiry();
    close(4403, 'Token expired');
  }

  watchExpiry();
  return {
    get viewer() {
      return viewer;
    },
    get grant() {
      return grant;
    },
    async refresh(token) {
      ({ viewer, grant } = await authenticate(`Bearer ${token}`, device, grant));
      if (!ended) watchExpiry();
      return grant.expiresAt;
    },
    close,
    end() {
      ended = true;
      clearTimeout(timer);
      onEnd();
    },
  };
}
