import { WebSocket } from 'ws';

/** The sockets of one client, whose network a test can take away. */
export type CuttableSockets = {
  /** For the client to make them with. */
  readonly implementation: typeof WebSocket;
  readonly open: ReadonlySet<WebSocket>;
  /** Destroys the TCP connections, as a tunnel does: no close frame. */
  cut(): void;
};

export function cuttableSockets(): CuttableSockets {
  const open = new Set<WebSocket>();
  class CuttableSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      open.add(this);
      this.once('close', () => open.delete(this));
      this.on('error', () => {}); // one that is ended while it connects says so; 'close' tells
    }
  }
  return {
    implementation: CuttableSocket as unknown as typeof WebSocket,
    open,
    cut() {
      for (const socket of open) socket.terminate();
    },
  };
}
