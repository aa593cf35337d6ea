import { backOffMs } from './back-off.ts';
import type { Connection } from './connection.ts';
import type { ParleyError } from './parley-error.ts';
import { leavesRefusal } from './request.ts';
import type { Next, Stream } from './socket-operations.ts';

export interface Follower<T> {
  next: Next<T>;
  /** The stream broke and will be taken up again by itself. */
  interrupted?(): void;
  /** It ended for good: an error that repeating does not mend. */
  ended?(error: ParleyError): void;
}

export interface Following {
  stop(): void;
  /** Subscribes anew, with variables asked anew. */
  restart(): void;
}

/** A subscription that outlives its sockets: `variables` is asked at every (re)subscription, so it can name the newest position. */
export function follow<T>(
  connection: Connection,
  document: string,
  variables: () => object,
  follower: Follower<T>,
): Following {
  let stopped = false;
  let stream: Stream | undefined;

  async function run(): Promise<void> {
    for (let attempt = 0; !stopped; attempt++) {
      const error = await once(() => {
        attempt = 0;
      });
      if (stopped || error?.code === 'CLIENT_CLOSED') return;
      follower.interrupted?.();
      if (connection.state.getSnapshot().status === 'refused') await leavesRefusal(connection);
      else if (
        error &&
        !error.temporary &&
        error.code !== 'UNAUTHENTICATED' &&
        error.code !== 'INTERNAL_SERVER_ERROR'
      ) {
        stopped = true;
        follower.ended?.(error);
      } else if (connection.state.getSnapshot().status === 'online') {
        // The socket lives but this stream does not; without a pause of our own this would spin.
        const waitMs = Math.max(backOffMs(attempt), error?.retryAfterMs ?? 0);
        await connection.pause(waitMs);
      }
    }
  }

  async function once(heard: () => void): Promise<ParleyError | null> {
    try {
      await connection.ready();
    } catch (error) {
      return error as ParleyError;
    }
    if (stopped) return null;
    let restarted = false;
    const current = connection.stream<T>(document, variables(), (...given) => {
      heard();
      if (!stopped && !restarted) follower.next(...given);
    });
    stream = {
      ended: current.ended,
      stop() {
        restarted = true;
        current.stop();
      },
    };
    return current.ended;
  }

  void run();
  return {
    stop() {
      stopped = true;
      stream?.stop();
    },
    restart() {
      stream?.stop();
    },
  };
}
