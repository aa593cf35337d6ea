import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { scaled } from '../rate-limit/rates.ts';
import { admitSocket, type SocketPlace } from './admit-socket.ts';
import type { App } from './app-parts.ts';
import { createFrameBudget } from './frame-budget.ts';
import type { Gate } from './gate.ts';
import { createSocketProtocol } from './socket-protocol.ts';

/**
 * The adapter between `ws` and the protocol. Close codes: 4403 no valid token or one that ran out; 1012 this server is going
 * away; 1013 it cannot serve right now. Clients come back after the last two by themselves, and after a connection that is
 * cut because its reader is too slow.
 */
export type SocketServer = {
  /** Tells every client to come back elsewhere, and waits until they have gone. */
  drain(): Promise<void>;
};

/** A reader that accepts nothing for this long is cut off; it resumes where it was. */
const WRITE_TIMEOUT_MS = 30_000;
/** Given to a socket ahead of the reader, at most and besides one frame. */
const SEND_AHEAD_BYTES = 65_536;
/** How long clients get to answer a close. */
const CLOSE_WAIT_MS = 1_000;

export function startSocketServer(app: App, gate: Gate, httpServer: Server): SocketServer {
  const { config, log, limits } = app;
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
    const stopPinging = keepAlive(socket, config.SOCKET_KEEP_ALIVE_MS);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: createSend(socket, request.socket),
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
      stopPinging();
      closed(code, String(reason)).catch((err: unknown) => log.error({ err }, 'a socket could not be cleaned up'));
    });
  });

  return {
    async drain() {
      for (const socket of sockets.clients) socket.close(1012, 'Service restart');
      await allClosed(sockets.clients);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

type Send = (data: string) => Promise<void>;

/**
 * Answers at once while little is waiting to be sent, and beyond that only when the socket has taken the data: what awaits
 * it is slowed down to the reader's pace. Frames of the same moment (a result and its "complete", a page of events) leave in
 * one write; system calls are a fifth of this process's work.
 */
function createSend(socket: WebSocket, stream: Duplex): Send {
  let corked = false;
  return (data) => {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    if (!corked) {
      corked = true;
      stream.cork();
      process.nextTick(() => {
        corked = false;
        stream.uncork();
      });
    }
    if (socket.bufferedAmount < SEND_AHEAD_BYTES) {
      // A failed write is followed by 'close', which ends every subscription: nobody needs to hear of it here.
      socket.send(data, () => {});
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      // No close frame: it would wait behind what the reader does not take. To clients it is a lost connection (1006).
      const timer = setTimeout(() => socket.terminate(), WRITE_TIMEOUT_MS);
      socket.send(data, () => {
        clearTimeout(timer);
        resolve();
      });
    });
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

/** A half-open connection is noticed within two intervals. */
function keepAlive(socket: WebSocket, intervalMs: number): () => void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, intervalMs);
  return () => clearInterval(timer);
}

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
