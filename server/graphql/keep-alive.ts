import type { WebSocket } from 'ws';

export type KeepAlive = {
  /** The other side has just shown that it lives. */
  isAlive(): void;
  stop(): void;
};

/** Pings. Whoever has not shown any life from one ping to the next is gone: a half-open connection is noticed within two intervals. */
export function keepAlive(socket: WebSocket, intervalMs: number, onGone: () => void): KeepAlive {
  let alive = true;
  const isAlive = () => {
    alive = true;
  };
  socket.on('pong', isAlive);
  const timer = setInterval(() => {
    if (!alive) return onGone();
    alive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, intervalMs);
  return { isAlive, stop: () => clearInterval(timer) };
}
