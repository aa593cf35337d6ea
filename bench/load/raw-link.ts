import { once } from 'node:events';
import WebSocket from 'ws';
import type { Link, Posted } from './link.ts';

/** The reference server's own protocol; see bench/reference/raw.ts. */
export async function openRawSocket(url: string): Promise<Link> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { perMessageDeflate: false });
  const waiting = new Map<number, (answer: { seq: number }) => void>();
  let onPosted: (posted: Posted) => void = () => {};
  let next = 0;
  socket.on('message', (data) => {
    const { n, seq, posted } = JSON.parse(String(data));
    if (posted) return onPosted(posted);
    waiting.get(n)?.({ seq });
    waiting.delete(n);
  });
  await once(socket, 'open');
  const request = (what: object) =>
    new Promise<{ seq: number }>((resolve) => {
      const n = ++next;
      waiting.set(n, resolve);
      socket.send(JSON.stringify({ n, ...what }));
    });
  return {
    start: async (start) => void (await request({ start })),
    send: async (send) => (await request({ send })).seq,
    async follow(follow, listener) {
      onPosted = listener;
      await request({ follow });
    },
    claim: async () => {},
    acknowledge: async () => {},
    close: () => socket.close(),
  };
}
