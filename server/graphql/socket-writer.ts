import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** Given to a socket ahead of the reader, at most and besides one frame. */
const SEND_AHEAD_BYTES = 65_536;

export type SocketWriter = {
  /**
   * Answers at once while little is waiting to be sent, and beyond that only when the socket has taken the data: what awaits
   * it is slowed down to the reader's pace.
   */
  send(data: string): Promise<void>;
  /** Whether somebody waits for the reader. */
  readonly isWaiting: boolean;
};

type Options = {
  /** How long the reader may take nothing while somebody waits for it. */
  timeoutMs: number;
  onProgress: () => void;
  onTimeout: () => void;
};

export function createSocketWriter(
  socket: WebSocket,
  stream: Duplex,
  { timeoutMs, onProgress, onTimeout }: Options,
): SocketWriter {
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  let corked = false;
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  /** Frames of the same moment (a result and its "complete", a page of events) leave in one write; system calls are a fifth of this process's work. */
  function cork(): void {
    if (corked) return;
    corked = true;
    stream.cork();
    setImmediate(() => {
      corked = false;
      stream.uncork();
    });
  }

  function wait(): void {
    clearTimeout(timer);
    timer = waiting > 0 ? setTimeout(onTimeout, timeoutMs) : undefined;
  }

  return {
    get isWaiting() {
      return waiting > 0;
    },
    send(data) {
      // Not at once: a subscription that nobody slows down would run through its whole backlog for nobody.
      if (socket.readyState !== socket.OPEN) return closed;
      cork();
      if (socket.bufferedAmount < SEND_AHEAD_BYTES) {
        // A failed write is followed by 'close', which ends every subscription: nobody needs to hear of it here.
        socket.send(data, () => {});
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        if (++waiting === 1) wait();
        socket.send(data, (error) => {
          waiting--;
          wait();
          if (!error) onProgress();
          resolve();
        });
      });
    },
  };
}
