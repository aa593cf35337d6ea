import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach } from 'node:test';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer as serveGraphql } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Connection, type ConnectionState, createConnection } from './connection.ts';
import { request } from './request.ts';

/* A real graphql-ws server whose moods the tests decide, for the file that imports this; it ends with the file. */

const schema = buildSchema(`
  type Query { hello(n: Int): String }
  type Mutation { refreshToken(token: String!): Refreshed }
  type Refreshed { expiresAt: String }
  type Subscription { count(from: Int!): Int }
`);
const connections: Connection[] = [];

/** Tokens that were shown at connecting, and afterwards. */
export const accepted: string[] = [];
export const refreshed: string[] = [];
export const sockets = new Set<WebSocket>();

/** What the server does, as each test likes it. */
export const mood = {
  acceptToken: (_token: string): boolean => true,
  hello: (_args: { n?: number }): unknown => 'hello',
  count: countOnce,
  /** Whether it knows how to refresh a token. */
  refreshes: true,
};
const usual = { ...mood };

export async function* countOnce({ from }: { from: number }): AsyncGenerator<unknown> {
  yield { count: from };
  await new Promise(() => {});
}

const http = createServer();
const server = new WebSocketServer({ server: http });
serveGraphql(
  {
    schema,
    roots: {
      mutation: {
        refreshToken({ token }: { token: string }) {
          // As Parley's servers answer what they do not know.
          if (!mood.refreshes) throw new GraphQLError('unknown', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
          refreshed.push(token);
          return { expiresAt: 'later' };
        },
      },
      query: { hello: (args: { n?: number }) => mood.hello(args) },
      subscription: { count: (args: { from: number }) => mood.count(args) },
    },
    onConnect: ({ connectionParams, extra }) => {
      const token = String(connectionParams?.authorization);
      accepted.push(token);
      if (!mood.acceptToken(token)) {
        (extra as unknown as { socket: WebSocket }).socket.close(4403, 'no');
        return false;
      }
      return true;
    },
  },
  server,
);
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});

before(() => new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)));
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await Promise.all([...sockets].map((socket) => new Promise((closed) => socket.once('close', closed))));
});
after(() => {
  server.close();
  http.close();
});
beforeEach(() => {
  accepted.length = 0;
  refreshed.length = 0;
  Object.assign(mood, usual);
});

export function connect(token: string | (() => string | Promise<string>) = 'good'): Connection {
  const { port } = http.address() as AddressInfo;
  const connection = createConnection({ url: `http://127.0.0.1:${port}/graphql`, token });
  connections.push(connection);
  return connection;
}

export function reaches(connection: Connection, status: ConnectionState['status']): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (connection.state.getSnapshot().status !== status) return;
      stop();
      resolve();
    };
    const stop = connection.state.subscribe(check);
    check();
  });
}

const query = 'query Hello($n: Int) { hello(n: $n) }';
export const subscription = 'subscription Count($from: Int!) { count(from: $from) }';
export const ask = (connection: Connection, patient = false) =>
  request<{ hello: string }>(connection, query, () => ({}), { patient });
