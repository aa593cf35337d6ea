import { call } from './store.ts';

/** What clients on one storage tell each other, and which of them may send. */
export interface Sharing {
  /** Calls back once nobody else is elected; the election ends with the function that is returned, or with the tab. */
  elect(elected: () => void): () => void;
  /** Tells the other clients, not this one. */
  announce(news: unknown): void;
  listen(heard: (news: unknown) => void): void;
  close(): void;
}

interface Locks {
  request(name: string, options: { signal: AbortSignal }, task: () => Promise<void>): Promise<unknown>;
}

/**
 * Between the tabs of one browser: a Web Lock elects, and is passed on when its tab dies; a BroadcastChannel carries news.
 * Where there are no locks (pages without TLS, old browsers) every tab is its own owner: then a message may be sent twice,
 * which its id makes harmless (D2).
 */
export function shareBetweenTabs(name: string): Sharing {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: Locks };
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name);
  let closed = false;
  // In Node, a channel would keep the process alive.
  (channel as { unref?(): void } | undefined)?.unref?.();

  return {
    elect(elected) {
      if (!locks) {
        queueMicrotask(elected);
        return () => {};
      }
      const waiting = new AbortController();
      let end = () => {};
      const held = new Promise<void>((resolve) => {
        end = resolve;
      });
      locks
        .request(name, { signal: waiting.signal }, () => {
          elected();
          return held;
        })
        .catch(() => {}); // given up before it came
      return () => {
        waiting.abort();
        end();
      };
    },
    announce(news) {
      // What was under way when the client was closed may still end.
      if (!closed) channel?.postMessage(news);
    },
    listen(heard) {
      channel?.addEventListener('message', (event) => call(() => heard((event as { data?: unknown }).data)));
    },
    close() {
      closed = true;
      channel?.close();
    },
  };
}
