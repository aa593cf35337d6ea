import { backOffMs } from './back-off.ts';
import type { ParleyError } from './parley-error.ts';

/** The server took the frame for too large. */
const TOO_LARGE_CLOSE = 1009;

export type Verdict =
  /** Try again after so many ms. `counts`: one attempt less is left. */
  { readonly again: true; readonly afterMs: number; readonly counts: boolean } | { readonly again: false };

/**
 * What becomes of something that was not done. Three kinds of errors:
 *
 * - Permanent: the server has said no, and would say it again. It ends at once.
 * - Not ours: the connection was lost, the token ran out, the server has no database (UNAVAILABLE) or no time for us
 *   (RATE_LIMITED). It says nothing about the message, so it is tried for as long as that lasts, and does not count: a day
 *   in a tunnel must not make messages fail.
 * - Perhaps ours: the server broke down over it (INTERNAL_SERVER_ERROR), was silent on an open socket (TIMEOUT), or closed
 *   the socket because of its size. One message that always causes this must not be sent for ever: each counts.
 *
 * @param tries How often in a row it was not done: sets the back-off.
 * @param open Whether the socket is open. A lost one has a back-off of its own, before it is opened again.
 */
export function judge(error: ParleyError, tries: number, open: boolean): Verdict {
  const backOff = open ? backOffMs(tries) : 0;
  switch (error.code) {
    case 'NETWORK':
      return { again: true, afterMs: backOff, counts: error.details.closeCode === TOO_LARGE_CLOSE };
    case 'UNAUTHENTICATED':
      return { again: true, afterMs: backOff, counts: false };
    case 'UNAVAILABLE':
      return { again: true, afterMs: Math.max(backOff, error.retryAfterMs), counts: false };
    case 'RATE_LIMITED':
      return { again: true, afterMs: error.retryAfterMs || backOff, counts: false };
    case 'TIMEOUT':
    case 'INTERNAL_SERVER_ERROR':
      return { again: true, afterMs: backOff, counts: true };
    default:
      return { again: false };
  }
}
