import WebSocket from 'ws';

/** Hears every frame as the socket carries it, before any client library sees it. */
export type FrameTap = {
  sent(message: Record<string, unknown>): void;
  /** at: performance.now() when it came. */
  received(message: Record<string, unknown>, at: number): void;
};

export type TappedSocket = {
  /** For graphql-ws' webSocketImpl. */
  readonly implementation: typeof WebSocket;
  /** Destroys the connection as a lost network does: no close frame, no goodbye. False when there is none. */
  cut(): boolean;
};

/** A WebSocket class of one client's own, whose frames are tapped in both directions. */
export function tapSocket(tap: FrameTap): TappedSocket {
  let current: WebSocket | undefined;
  class Tapped extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols, { perMessageDeflate: false });
      current = this;
      // The first listener: it hears a message before the client that the socket is made for.
      this.on('message', (data) => tap.received(JSON.parse(String(data)), performance.now()));
    }

    override send(data: string, ...rest: never[]): void {
      tap.sent(JSON.parse(data));
      super.send(data, ...rest);
    }
  }
  return {
    implementation: Tapped as unknown as typeof WebSocket,
    cut() {
      if (current?.readyState !== WebSocket.OPEN) return false;
      current.terminate();
      return true;
    },
  };
}
