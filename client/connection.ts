import { createClient as createSocket } from 'graphql-ws/client';
import { backOffMs, retryAfterHint } from './back-off.ts';
import { keepTokenFresh } from './keep-token-fresh.ts';
import { FORBIDDEN_CLOSE, ParleyError } from './parley-error.ts';
import { createPauses } from './pauses.ts';
import { quietSocket } from './quiet-socket.ts';
import { createServerClock } from './server-clock.ts';
import { createSocketOperations, type SocketOperations } from './socket-operations.ts';
import { socketUrl } from './socket-url.ts';
import { createStore, type Observable } from './store.ts';
import { watchNetwork } from './watch-network.ts';

/*
 * One socket for everything a client does: opened when something needs it, reopened with back-off, held off while
 * switched off. graphql-ws speaks the protocol; when to try again is decided here, because a follower that comes back
 * must ask from its newest position, and a send must carry the time of its attempt, instead of repeating old words.
 */

/** How often a silent socket is asked for a sign of life, in ms. */
const PING_EVERY_MS = 10_000;
/** How long it may take to give one, in ms; then it counts as dead (half-open TCP gives no other sign). */
const PONG_WITHIN_MS = 5_000;
/** How long it may take until the server has accepted the socket, in ms: a network that swallows packets says nothing for minutes. */
const CONNECT_WITHIN_MS = 15_000;
/** How long a socket stays open that nothing uses, in ms: the next operation is often near. */
const IDLE_CLOSE_MS = 3_000;
/** A socket that held this long, in ms, ends the series of failures before it; a server that accepts and drops does not. */
const HELD_MS = 5_000;

export type ConnectionState =
  /** Nothing has needed the network yet, or lately. */
  | { readonly status: 'idle' }
  | { readonly status: 'connecting' }
  | { readonly status: 'online' }
  /** Lost; the next attempt is at `retryAt` (ms since 1970). */
  | { readonly status: 'waiting'; readonly retryAt: number }
  /** Switched off by `setOffline(true)`. */
  | { readonly status: 'offline' }
  /** The server refused a fresh token, or it is another participant's. Nothing more is tried until `reconnect()`. */
  | { readonly status: 'refused'; readonly error: ParleyError }
  | { readonly status: 'closed' };

export interface ConnectionOptions {
  /** Address of `/graphql`; http(s) and ws(s) alike, in a browser also relative to the page. */
  url: string;
  /** The JWT, or a way to get a fresh one: asked at every connect, before the last runs out, and when the server refuses it. */
  token: string | (() => string | Promise<string>);
  /** Default: the platform's WebSocket. */
  webSocketImpl?: unknown;
  /** Longest wait for an answer on an open socket before the operation counts as lost, in ms. Default 15,000. */
  answerTimeoutMs?: number;
}

/** Rejects for a token that must not be used. */
export type Admit = (token: string) => Promise<void>;

export interface Connection extends SocketOperations {
  readonly state: Observable<ConnectionState>;
  /** Resolves when an operation may be sent. Waits out back-off and "offline"; rejects when refused or closed. */
  ready(): Promise<void>;
  /** Resolves after `ms`, or at once when the client is closed. */
  pause(ms: number): Promise<void>;
  /** The time by the server's clock, RFC 3339, as well as it is known here. */
  now(): string;
  setOffline(offline: boolean): void;
  /** Tries now, also after the token was refused. */
  reconnect(): void;
  close(): void;
}

export function createConnection(options: ConnectionOptions, admit: Admit = async () => {}): Connection {
  const { token, answerTimeoutMs = 15_000 } = options;
  const state = createStore<ConnectionState>({ status: 'idle' });
  let switchedOff = false;
  let failures = 0;
  let refusals = 0;
  let retryAt = 0;
  let connectedAt = 0;
  let bearer = '';
  let preparing: Promise<void> | undefined;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  let endWait = () => {};
  let probe = () => {};
  const pauses = createPauses();
  const clock = createServerClock();

  const status = () => state.getSnapshot().status;

  const socket = createSocket({
    url: socketUrl(options.url),
    webSocketImpl: quietSocket(options.webSocketImpl),
    connectionParams: () => clock.asking({ authorization: `Bearer ${bearer}` }),
    retryAttempts: 0,
    lazyCloseTimeout: IDLE_CLOSE_MS,
    keepAlive: PING_EVERY_MS,
    on: {
      connecting: () => answerWithin(CONNECT_WITHIN_MS),
      opened: (opened) => {
        probe = () => {
          (opened as WebSocket).send('{"type":"ping"}');
          answerWithin(PONG_WITHIN_MS);
        };
      },
      connected: (_socket, payload) => {
        clock.answered(payload);
        clearTimeout(deadline);
        connectedAt = Date.now();
        if (typeof token === 'function') keeper.watch(bearer);
        state.set({ status: 'online' });
      },
      ping: (received) => {
        if (!received) answerWithin(PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(deadline);
      },
      closed: lost,
      error: lost,
    },
  });
  /** Between ready() and what it was asked for, the client may have been closed, and must not open a socket again. */
  function silence(): ParleyError | null {
    if (status() === 'closed') return new ParleyError('CLIENT_CLOSED', 'This client was closed.');
    return switchedOff ? new ParleyError('NETWORK', 'Offline.') : null;
  }

  const surroundings = { answerTimeoutMs, silence };
  const keeper = keepTokenFresh({
    // A new token that is not good leaves the socket as it was.
    attempt: createSocketOperations(socket, { ...surroundings, refused() {} }).attempt,
    fresh: getToken,
    reconnect() {
      retryAt = 0;
      state.set({ status: 'waiting', retryAt: Date.now() });
      socket.terminate();
    },
  });

  /** A server that says nothing for so long is not there, whatever TCP believes. */
  function answerWithin(ms: number): void {
    clearTimeout(deadline);
    deadline = setTimeout(() => socket.terminate(), ms);
  }

  /** Decides what follows from the end of a socket. Called with its error, its close event, or both in turn. */
  function lost(event: unknown): void {
    clearTimeout(deadline);
    keeper.stop();
    if (status() !== 'online' && status() !== 'connecting') return;
    if (status() === 'online' && Date.now() - connectedAt >= HELD_MS) failures = refusals = 0;
    const { code, reason = '' } = (event ?? {}) as { code?: number; reason?: string };
    const hint = retryAfterHint(reason);
    if (code === 1000) state.set({ status: 'idle' });
    else if (code === FORBIDDEN_CLOSE) refusedToken(reason);
    else if (hint === null) failed();
    else waitFor(hint);
  }

  function failed(): void {
    waitFor(backOffMs(failures++));
  }

  function waitFor(ms: number): void {
    retryAt = Date.now() + ms;
    state.set({ status: 'waiting', retryAt });
  }

  /** A token that ran out is replaced at once; a fresh one that is refused as well ends it. */
  function refusedToken(reason = ''): void {
    refusals += 1;
    if (typeof token === 'function' && refusals <= 1) {
      retryAt = 0;
      state.set({ status: 'waiting', retryAt: Date.now() });
    } else {
      state.set({
        status: 'refused',
        error: new ParleyError('UNAUTHENTICATED', reason || 'The server refused the token.'),
      });
    }
  }

  function wait(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function prepare(): Promise<void> {
    for (;;) {
      const now = state.getSnapshot();
      if (now.status === 'refused') throw now.error;
      if (now.status === 'closed') throw silence();
      if (switchedOff) {
        await wait();
      } else if (retryAt > Date.now()) {
        await wait(retryAt - Date.now());
      } else if (await gotToken()) {
        return;
      }
    }
  }

  async function gotToken(): Promise<boolean> {
    state.set({ status: 'connecting' });
    try {
      bearer = await getToken();
    } catch (error) {
      if (status() !== 'connecting') return false;
      // Asking again would not help.
      if (['UNAUTHENTICATED', 'WRONG_PARTICIPANT'].includes(String((error as { code?: unknown }).code))) {
        state.set({ status: 'refused', error: error as ParleyError });
      } else {
        failed();
      }
    }
    return status() === 'connecting';
  }

  async function getToken(): Promise<string> {
    const given = typeof token === 'function' ? await token() : token;
    await admit(given);
    return given;
  }

  function ready(): Promise<void> {
    if (!preparing && (status() === 'online' || status() === 'connecting')) return Promise.resolve();
    preparing ??= prepare().finally(() => {
      preparing = undefined;
    });
    return preparing;
  }

  function tryNow(): void {
    failures = 0;
    retryAt = 0;
    endWait();
  }

  // What is open may be dead without knowing it: after a sleep, after a change of networks, without a network.
  const probeOpen = () => {
    if (status() === 'online') probe();
  };
  const unwatch = watchNetwork({
    back() {
      tryNow();
      probeOpen();
    },
    gone: probeOpen,
  });

  return {
    state,
    ready,
    pause: pauses.pause,
    now: clock.now,
    ...createSocketOperations(socket, {
      ...surroundings,
      // Said of one operation on an open socket, it holds for the socket: its token is no longer good.
      refused: ({ message }) => {
        if (status() !== 'online') return;
        refusedToken(message);
        socket.terminate();
      },
    }),
    setOffline(offline) {
      if (offline === switchedOff || status() === 'closed') return;
      switchedOff = offline;
      if (status() !== 'refused') state.set({ status: offline ? 'offline' : 'idle' });
      clearTimeout(deadline);
      keeper.stop();
      if (offline) socket.terminate();
      else tryNow();
    },
    reconnect() {
      refusals = 0;
      if (status() === 'refused') state.set({ status: switchedOff ? 'offline' : 'idle' });
      tryNow();
    },
    close() {
      state.set({ status: 'closed' });
      unwatch();
      clearTimeout(deadline);
      keeper.stop();
      endWait();
      pauses.endAll();
      socket.terminate();
      void socket.dispose();
    },
  };
}
