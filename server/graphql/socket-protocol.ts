import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import { makeServer, type Server, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { isUnauthenticated } from '../auth/authenticate.ts';
import { type Device, deviceOf } from '../auth/record-session.ts';
import { createSocketIdentity, type SocketIdentity } from '../auth/socket-identity.ts';
import type { App } from './app-parts.ts';
import { createContext } from './context.ts';
import { createPrepareDocument } from './prepare-document.ts';
import { type RunArgs, runOperation, runSubscription, translate } from './run-operation.ts';

/** What a socket is to graphql-ws' core: who opened it, from what. */
export type Extra = {
  readonly socket: WebSocket;
  readonly headers: Parameters<typeof deviceOf>[0];
  identity?: SocketIdentity;
};
type Params = { authorization?: unknown; device?: unknown };
type Connection = SocketContext<Params, Extra>;

/** graphql-transport-ws, independent of what carries it: who may connect, and how operations run. */
export function createSocketProtocol(app: App): Server<Extra> {
  const { config, metrics } = app;
  const prepareDocument = createPrepareDocument({ schema: app.schema, production: config.NODE_ENV === 'production' });
  return makeServer<Params, Extra>({
    connectionInitWaitTimeout: config.SOCKET_INIT_TIMEOUT_MS,
    onConnect: connect,
    onSubscribe: ({ extra }, _id, payload) => prepare(extra, payload),
    execute: (args) => runOperation(app, args as RunArgs),
    subscribe: (args) => runSubscription(app, args as RunArgs),
  });

  /** False closes with 4403. Nothing is thrown: an error's message would go into the close reason. */
  async function connect({ connectionParams, extra }: Connection): Promise<boolean> {
    const { socket } = extra;
    try {
      const device: Device = deviceOf(extra.headers, connectionParams?.device);
      const authenticated = await app.authenticate(connectionParams?.authorization, device);
      extra.identity = createSocketIdentity(authenticated, {
        authenticate: app.authenticate,
        device,
        close: (code, reason) => socket.close(code, reason),
      });
    } catch (error) {
      if (isUnauthenticated(error)) return false;
      app.log.warn({ err: error }, 'a socket could not be authenticated');
      socket.close(1013, 'Try again later');
      return false;
    }
    watchOver(extra.identity, socket);
    return true;
  }

  function watchOver(identity: SocketIdentity, socket: WebSocket): void {
    if (socket.readyState !== socket.OPEN) return identity.end();
    const gone = app.presence.opened(identity.viewer.id);
    metrics.sockets(1);
    socket.once('close', () => {
      identity.end();
      gone();
      metrics.sockets(-1);
    });
  }

  async function prepare({ identity }: Extra, payload: SubscribePayload): Promise<ExecutionArgs | GraphQLError[]> {
    const prepared = prepareDocument(payload.query);
    if ('errors' in prepared) return translate(app, prepared.errors);
    if (!getOperationAST(prepared.document, payload.operationName)) {
      return [
        new GraphQLError('Name the operation to run in operationName.', {
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        }),
      ];
    }
    try {
      const { viewer } = identity!;
      // The newest name and role: they may have changed since the socket was opened.
      const [current = viewer] = await app.participants.load([viewer.id]);
      const traceparent = payload.extensions?.traceparent;
      return {
        schema: app.schema,
        document: prepared.document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        contextValue: createContext(app, current, identity),
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      } as RunArgs;
    } catch (error) {
      return translate(app, [new GraphQLError('', { originalError: error as Error })]);
    }
  }
}
