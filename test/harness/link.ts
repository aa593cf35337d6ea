import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type NetConnectOpts, type Socket } from 'node:net';
import { type Direction, Pipe } from './pipe.ts';

/** A stretch of network between somebody and what they talk to, that can go wrong in the ways in which networks do. */
export type Link = {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** Resets every connection, without a goodbye. New ones are taken. */
  cut(): void;
  /** Resets every connection and refuses new ones, until `up`. */
  down(): void;
  up(): void;
  /** Half open: what is connected now carries nothing any more, in neither direction, and nobody is told. New ones work. */
  freeze(): void;
  /** Keeps back what is sent there, back, or both, on connections old and new, until `release`. */
  hold(...directions: Direction[]): void;
  release(): void;
  /** Everything arrives this much later, until set to 0. */
  delay(ms: number): void;
  /** At most this much per connection and direction, until set to Infinity. */
  throttle(bytesPerSecond: number): void;
  /** Each connection of now is reset in the middle of whatever it sends there, after so many more bytes. */
  cutAfter(bytes: () => number): void;
  close(): Promise<void>;
};

type Connection = { near: Socket; far: Socket; pipes: Pipe[]; frozen: boolean };

/** @param targets Where to connect, in order of preference; asked for each connection, so that one may stand in for another. */
export async function startLink(targets: () => readonly NetConnectOpts[]): Promise<Link> {
  const open = new Set<Connection>();
  const conditions = { held: new Set<Direction>(), delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
  let isDown = false;

  const reset = (connection: Connection) => {
    open.delete(connection);
    for (const pipe of connection.pipes) pipe.stop();
    for (const socket of [connection.near, connection.far]) {
      // A Unix socket has no reset; one that is being shut down would never end again, and with it this process.
      if (socket.remoteFamily && !socket.writableEnded) socket.resetAndDestroy();
      else socket.destroy();
    }
  };
  const cut = () => {
    for (const connection of [...open]) reset(connection);
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, async (near) => {
    near.on('error', () => {}); // followed by 'close'
    const far = isDown ? undefined : await dialFirst(targets());
    if (!far || isDown || near.destroyed) {
      far?.destroy();
      near.resetAndDestroy();
      return;
    }
    const connection: Connection = { near, far, pipes: [], frozen: false };
    connection.pipes.push(
      new Pipe('there', near, far, conditions, () => reset(connection)),
      new Pipe('back', far, near, conditions, () => reset(connection)),
    );
    open.add(connection);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('close', () => {
        if (connection.frozen) return;
        open.delete(connection);
        if (socket.errored) reset(connection);
        else other.end();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const settle = () => {
    for (const { pipes } of open) for (const pipe of pipes) pipe.pump();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return open.size;
    },
    cut,
    down() {
      isDown = true;
      cut();
    },
    up() {
      isDown = false;
    },
    freeze() {
      for (const connection of open) {
        connection.frozen = true;
        for (const pipe of connection.pipes) pipe.freeze();
      }
    },
    hold(...directions) {
      for (const direction of directions) conditions.held.add(direction);
    },
    release() {
      conditions.held.clear();
      settle();
    },
    delay(ms) {
      conditions.delayMs = ms;
    },
    throttle(bytesPerSecond) {
      conditions.bytesPerSecond = bytesPerSecond;
    },
    cutAfter(bytes) {
      for (const { pipes } of open) pipes[0]!.cutAfter(bytes());
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      isDown = true;
      cut();
      await closed;
    },
  };
}

async function dialFirst(targets: readonly NetConnectOpts[]): Promise<Socket | undefined> {
  for (const target of targets) {
    const socket = dial({ noDelay: true, ...target, allowHalfOpen: true } as NetConnectOpts);
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.on('error', () => {}); // followed by 'close'
    if (connected) return socket;
    socket.destroy();
  }
  return undefined;
}
