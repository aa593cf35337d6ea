import { randomInt } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { scaled } from '../rate-limit/rates.ts';
import { admitSocket, type SocketPlace } from './admit-socket.ts';
import type { App } from './app-parts.ts';
import { withPayload } from './encoded-payload.ts';
import { createFrameBudget } from './frame-budget.ts';
import type { Gate } from './gate.ts';
import { keepAlive } from './keep-alive.ts';
import { createSocketProtocol } from './socket-protocol.ts';
import { createSocketWriter } from './socket-writer.ts';

/**
 * The adapter between `ws` and the protocol. Close codes: 4403 no valid token or one that ran out; 1012 this server is going
 * away, with a hint when to come back; 1013 it cannot serve right now, or its reader is too slow. Clients come back after the
 * last two by themselves.
 */
export type SocketServer = {
  /** Tells every client to come back elsewhere, each at another moment, and waits until they have gone. */
  drain(): Promise<void>;
};

/** How long clients get to answer a close. */
const CLOSE_WAIT_MS = 1_000;
/** How long a reader that was given up gets to take what lies before the close frame. */
const CLOSE_GRACE_MS = 2_000;

export function startSocketServer(app: App, gate: Gate, httpServer: Server): SocketServer {
  const { config, log, limits, metrics } = app;
  const protocol = createSocketProtocol(app, gate);
  const framesPerSocket = scaled(config.LIMIT_FRAMES_PER_SOCKET, config);
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: config.SOCKET_MAX_PAYLOAD_BYTES,
    perMessageDeflate: false,
  });

  httpServer.on('upgrade', (request, stream, head) => {
    // From here on Node does not listen for the connection's errors any more, and one unheard would end the process.
    stream.on('error', () => stream.destroy());
    const place = admitSocket(app, gate, request, stream);
    if (!place) return;
    stream.once('close', place.leave);
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request, place));
  });

  sockets.on('connection', (socket: WebSocket, request: IncomingMessage, place: SocketPlace) => {
    // An oversized frame, a broken connection: ws closes the socket with the right code by itself.
    socket.on('error', (error) => log.debug({ reason: error.message }, 'socket error'));
    const mayCome = limitFrames(socket, framesPerSocket, () => limits.refused('frames_per_socket'));
    const onTooSlow = () => {
      metrics.slowReaders();
      giveUp(socket);
    };
    const pinging = keepAlive(socket, config.SOCKET_KEEP_ALIVE_MS, () => {
      // A ping waits behind what the reader does not take.
      if (writer.isWaiting) onTooSlow();
      else socket.terminate();
    });
    const writer = createSocketWriter(socket, request.socket, {
      timeoutMs: config.SOCKET_WRITE_TIMEOUT_MS,
      onProgress: pinging.isAlive,
      onTimeout: onTooSlow,
    });
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (message) => writer.send(withPayload(message)),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (data) => {
            if (!mayCome()) return;
            handle(String(data)).catch((err: unknown) => {
              log.error({ err }, 'a socket message could not be handled');
              socket.close(1013, 'Try again later');
            });
          }),
      },
      { socket, headers: request.headers, place },
    );
    socket.once('close', (code, reason) => {
      pinging.stop();
      closed(code, String(reason)).catch((err: unknown) => log.error({ err }, 'a socket could not be cleaned up'));
    });
  });

  return {
    async drain() {
      for (const socket of sockets.clients) socket.close(1012, restartReason(config.DRAIN_RECONNECT_SPREAD_MS));
      await allClosed(sockets.clients);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/**
 * Closes a socket that sends more frames than it may, and hears no more of it. Pings and pongs count: each makes this
 * process answer, or at least look.
 */
function limitFrames(socket: WebSocket, frames: number, onRefused: () => void): () => boolean {
  const mayCome = createFrameBudget(frames);
  let closed = false;
  const check = () => {
    if (closed || mayCome()) return !closed;
    closed = true;
    onRefused();
    socket.close(1013, 'Too many messages');
    // What floods does not stop to answer a close.
    setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
    return false;
  };
  socket.on('ping', check);
  socket.on('pong', check);
  return check;
}

/** Where the close frame cannot leave, or is not answered, the connection is cut: to its client that is 1006. */
function giveUp(socket: WebSocket): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(1013, 'Reader too slow');
  setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
}

/** Clients that obey come back one after the other, and not all in the same moment. At most 123 bytes may be said. */
const restartReason = (spreadMs: number) => `Service restart; retry-after-ms=${randomInt(spreadMs + 1)}`;

async function allClosed(clients: Set<WebSocket>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_WAIT_MS);
  });
  await Promise.race([
    enough,
    Promise.all([...clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)))),
  ]);
  clearTimeout(timer);
}
