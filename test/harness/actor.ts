import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Client, createClient } from 'graphql-ws';
import { signToken } from '../../server/auth/sign-token.ts';
import { cuttableSockets } from './cuttable-sockets.ts';
import * as documents from './documents.ts';
import { Frames } from './frames.ts';
import { AUTH_SECRET, type TestServer } from './server.ts';

/** Somebody with one device: a real socket to a server, whose frames are seen as they come, beneath any client's care. */
export type Actor = {
  readonly id: string;
  readonly token: string;
  /** Runs an operation on the socket; throws an OperationError for what the server refuses. */
  run<Data = Record<string, any>>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The same over HTTP. */
  post<Data = Record<string, any>>(document: string, variables?: Record<string, unknown>): Promise<Data>;
  follow(conversationId: string, afterSeq?: number): Frames;
  followInbox(positions?: { conversationId: string; seq: number }[]): Frames;
  /** Any subscription; frames are the whole results. */
  subscribe(document: string, variables?: Record<string, unknown>): Frames;

  start(input?: Record<string, unknown>): Promise<string>;
  claim(conversationId: string): Promise<void>;
  send(conversationId: string, body: string, id?: string): Promise<{ id: string; seq: number; duplicate: boolean }>;
  acknowledge(conversationId: string, watermarks: { deliveredSeq?: number; readSeq?: number }): Promise<void>;

  /** Destroys the TCP connection, as a tunnel does: no close frame. The client does not come back. */
  cut(): void;
  /** Reads nothing more from the TCP connection, as a frozen device does, until `resume`. */
  stall(): void;
  resume(): void;
  /** Resolves with the code when the socket is closed. */
  readonly closed: Promise<number>;
  close(): Promise<void>;
};

export class OperationError extends Error {
  readonly errors: readonly { message: string; extensions?: Record<string, any> }[];

  constructor(errors: OperationError['errors']) {
    super(errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; '));
    this.errors = errors;
  }

  get code(): string {
    return this.errors[0]?.extensions?.code;
  }
}

export type Who = {
  role?: 'CUSTOMER' | 'AGENT' | 'MANAGER';
  name?: string;
  sub?: string;
  expiresInSeconds?: number;
  /** By this much the clock of its issuer is ahead; what counts whole seconds sees a newer token at once. */
  issuedAheadSeconds?: number;
  /** One that somebody else has signed. */
  token?: string;
};

export function tokenFor({
  role = 'CUSTOMER',
  name = 'Cleo',
  sub = randomUUID(),
  expiresInSeconds = 3_600,
  issuedAheadSeconds = 0,
}: Who = {}): Promise<string> {
  const issuedAt = new Date(Date.now() + issuedAheadSeconds * 1_000);
  return signToken(new TextEncoder().encode(AUTH_SECRET), { role, name, sub, expiresInSeconds, issuedAt });
}

/** Connects somebody; they are gone when the test is over. */
export async function connect(
  t: Pick<TestContext, 'after'>,
  server: Pick<TestServer, 'url'>,
  who: Who = {},
): Promise<Actor> {
  const token = who.token ?? (await tokenFor(who));
  const sockets = cuttableSockets();
  const client: Client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: sockets.implementation,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const closed = new Promise<number>((resolve) => {
    client.on('closed', (event) => resolve((event as { code: number }).code));
  });
  t.after(() => {
    // A stalled one would not see the answer to its goodbye, and wait for it.
    for (const socket of sockets.open) if (socket.isPaused) socket.terminate();
    return client.dispose();
  });

  const actor: Omit<Actor, 'id'> = {
    token,
    run: (document, variables) => runOnSocket(client, document, variables),
    post: (document, variables) => post(server.url, token, document, variables),
    subscribe: (document, variables) => new Frames(client, document, variables ?? {}),
    follow: (conversationId, afterSeq) =>
      new Frames(client, documents.follow, { conversationId, afterSeq }, (data) => data.conversationUpdates),
    followInbox: (positions) => new Frames(client, documents.followInbox, { positions }, (data) => data.inboxUpdates),
    async start(input = {}) {
      const { startConversation } = await actor.run(documents.start, { input });
      return startConversation.conversation.id;
    },
    async claim(conversationId) {
      await actor.run(documents.assign, { input: { conversationId } });
    },
    async send(conversationId, body, id = randomUUID()) {
      const input = { id, conversationId, body, sentAt: new Date().toISOString() };
      const { sendMessage } = await actor.run(documents.send, { input });
      return { id, seq: sendMessage.message.seq, duplicate: sendMessage.duplicate };
    },
    async acknowledge(conversationId, watermarks) {
      await actor.run(documents.acknowledge, { input: { conversationId, ...watermarks } });
    },
    cut: sockets.cut,
    stall() {
      for (const socket of sockets.open) socket.pause();
    },
    resume() {
      for (const socket of sockets.open) socket.resume();
    },
    closed,
    close: async () => client.dispose(),
  };
  const { viewer } = await actor.run('{ viewer { id } }');
  return { ...actor, id: viewer.id };
}

async function runOnSocket<Data>(client: Client, query: string, variables?: Record<string, unknown>): Promise<Data> {
  const result = await new Promise<any>((resolve, reject) => {
    let last: unknown;
    client.subscribe(
      { query, variables },
      {
        next: (value) => {
          last = value;
        },
        error: (error) => reject(Array.isArray(error) ? new OperationError(error) : error),
        complete: () => resolve(last),
      },
    );
  });
  if (result?.errors) throw new OperationError(result.errors);
  return result.data;
}

async function post<Data>(
  url: string,
  token: string,
  query: string,
  variables?: Record<string, unknown>,
): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const result: any = await response.json();
  if (result.errors) throw new OperationError(result.errors);
  return result.data;
}
