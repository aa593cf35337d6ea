import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { type OperationName, operations } from './operations.ts';
import type { Tally } from './tally.ts';
import { type FrameTap, tapSocket } from './tapped-socket.ts';

/** How long the server may be away before a dialogue gives up: longer than a restart, or a failover, takes. */
const PATIENCE_MS = 60_000;
const MAX_RETRY_WAIT_MS = 1_000;
const MAX_CUT_DELAY_MS = 10;
const TOKEN_REFUSED = 4403;

/** The server cannot be reached, or wants nothing to do with us. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** The server answered with an error that trying again does not change. */
export class Refused extends Error {
  override name = 'Refused';
  readonly code: string;
  constructor(operation: OperationName, code: string, message: string) {
    super(`${operation} was refused: ${code} ${message}`);
    this.code = code;
  }
}

type Variables = Record<string, unknown>;
type Answer = { data?: unknown; errors?: readonly { message: string; extensions?: Record<string, unknown> }[] };

export type Connection = {
  /** Runs an operation until it is answered, over as many connections as that takes. */
  request<T>(name: OperationName, variables?: Variables): Promise<T>;
  /**
   * Keeps a subscription open, over as many connections as that takes. Its variables are read anew whenever it is opened:
   * positions in them must be getters.
   */
  follow(
    name: OperationName,
    variables: Variables,
    onData: (data: unknown) => void,
    onEnd: (error: Error) => void,
  ): void;
  /** Destroys the connection; if there is none just now, the next one, soon after it was opened. */
  cut(): Promise<void>;
  /** How long the present connection has held, in ms; 0 while there is none. */
  heldFor(): number;
  close(): Promise<void>;
};

export type ConnectionOptions = {
  readonly url: URL;
  readonly token: () => Promise<string>;
  readonly tap: FrameTap;
  readonly tally: Tally;
  /** How long to try before giving up. */
  readonly patienceMs?: number;
};

/** One participant's device: one socket, which graphql-ws opens again, and its operations with it, whenever it is lost. */
export function connect({ url, token, tap, tally, patienceMs = PATIENCE_MS }: ConnectionOptions): Connection {
  const socket = tapSocket(tap);
  const whenOpen = new Set<() => void>();
  let openedAt: number | undefined;
  let closing = false;
  let lostAt: number | undefined = performance.now();
  const client: Client = createClient({
    url: url.href,
    webSocketImpl: socket.implementation,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    lazy: false,
    onNonLazyError: () => {}, // every operation gets the same error
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) => sleep(Math.random() * Math.min(20 * 2 ** retries, MAX_RETRY_WAIT_MS)),
    shouldRetry: (event) =>
      (event as { code?: number }).code !== TOKEN_REFUSED &&
      performance.now() - (lostAt ?? performance.now()) < patienceMs,
    on: {
      connected(_socket, _payload, wasRetry) {
        openedAt = performance.now();
        lostAt = undefined;
        if (wasRetry) tally.connections.resumed++;
        for (const resolve of whenOpen) resolve();
        whenOpen.clear();
      },
      closed() {
        if (openedAt !== undefined && !closing) tally.connections.lost++;
        openedAt = undefined;
        lostAt ??= performance.now();
      },
    },
  });

  const once = (name: OperationName, variables: Variables) =>
    new Promise<Answer>((resolve, reject) => {
      client.subscribe(
        { operationName: name, query: operations[name], variables },
        {
          next: (answer) => resolve(answer as Answer),
          error: (error) => (Array.isArray(error) ? resolve({ errors: error }) : reject(unreachable(error, url))),
          complete: () => reject(new Unreachable('The connection was closed.')),
        },
      );
    });

  return {
    async request<T>(name: OperationName, variables: Variables = {}) {
      const deadline = performance.now() + patienceMs;
      for (let attempt = 0; ; attempt++) {
        const { data, errors } = await once(name, variables);
        if (!errors?.length) return data as T;
        const { message, extensions } = errors[0]!;
        const code = String(extensions?.code);
        if (performance.now() > deadline || (code !== 'UNAVAILABLE' && code !== 'RATE_LIMITED')) {
          throw new Refused(name, code, message);
        }
        tally.refused[code === 'UNAVAILABLE' ? 'unavailable' : 'rateLimited']++;
        const wait = Number(extensions?.retryAfterMs ?? Math.min(20 * 2 ** attempt, MAX_RETRY_WAIT_MS));
        await sleep(wait * (1 + Math.random() / 10));
      }
    },
    follow(name, variables, onData, onEnd) {
      client.subscribe(
        { operationName: name, query: operations[name], variables },
        {
          next: ({ data, errors }) =>
            errors?.length
              ? onEnd(new Refused(name, String(errors[0]!.extensions?.code), errors[0]!.message))
              : onData(data),
          error: (error) =>
            onEnd(
              Array.isArray(error)
                ? new Refused(name, String(error[0]?.extensions?.code), error[0]?.message)
                : unreachable(error, url),
            ),
          complete: () => {
            if (!closing) onEnd(new Unreachable(`The server ended ${name}.`));
          },
        },
      );
    },
    async cut() {
      while (!closing && !(openedAt !== undefined && socket.cut())) {
        await new Promise<void>((resolve) => whenOpen.add(resolve));
        // Some way into what is sent again on the new connection.
        await sleep(Math.random() * MAX_CUT_DELAY_MS);
      }
      if (closing) return;
      openedAt = undefined;
      tally.connections.cuts++;
    },
    heldFor: () => (openedAt === undefined ? 0 : performance.now() - openedAt),
    async close() {
      closing = true;
      for (const resolve of whenOpen) resolve();
      await client.dispose();
    },
  };
}

/** graphql-ws hands over whatever the socket said: an error event, a close event, or an error. */
function unreachable(cause: unknown, url: URL): Unreachable {
  const { code, reason, message } = (cause ?? {}) as { code?: number | string; reason?: string; message?: string };
  if (code === TOKEN_REFUSED) {
    return new Unreachable(
      `${url.host} refuses the tokens of this installation (${reason || code}). Is AUTH_SECRET, or the database, the server’s?`,
    );
  }
  const what = [message, code, reason].filter(Boolean).join(' ') || 'connection lost';
  return new Unreachable(`No Parley answers at ${url.host} (${what}). \`npm start\` starts one, --url names another.`);
}
