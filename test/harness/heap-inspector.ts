import { once } from 'node:events';
import { WebSocket } from 'ws';
import { eventually } from './eventually.ts';
import { freePort } from './redis.ts';
import type { Env } from './server.ts';

/** Looks into a process of its own: what it holds on to after a full garbage collection, which no metric can tell. */
export type HeapInspector = {
  /** For the process to be started with. */
  readonly env: Env;
  /** Bytes in use right after a garbage collection. */
  liveBytes(): Promise<number>;
};

export async function heapInspector(): Promise<HeapInspector> {
  const port = await freePort();
  return {
    env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port} --inspect-publish-uid=http` },
    async liveBytes() {
      const targets = await eventually('the inspector answers', () =>
        fetch(`http://127.0.0.1:${port}/json/list`).then(
          (response) => response.json() as Promise<{ webSocketDebuggerUrl: string }[]>,
          () => undefined,
        ),
      );
      const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl);
      await once(socket, 'open');
      try {
        await ask(socket, 1, 'HeapProfiler.collectGarbage');
        return (await ask(socket, 2, 'Runtime.getHeapUsage')).usedSize;
      } finally {
        socket.close();
      }
    },
  };
}

async function ask(socket: WebSocket, id: number, method: string): Promise<any> {
  const answer = once(socket, 'message');
  socket.send(JSON.stringify({ id, method }));
  const [data] = await answer;
  return JSON.parse(String(data)).result;
}
