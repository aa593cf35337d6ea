import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { makeServer, type Server, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { isUnauthenticated } from '../auth/admit.ts';
import { type Device, deviceOf } from '../auth/device.ts';
import type { SocketIdentity } from '../auth/socket-identity.ts';
import { isCanary } from '../canary-participants.ts';
import { ChatError, rateLimited } from '../errors.ts';
import type { SocketPlace } from './admit-socket.ts';
import type { App } from './app-parts.ts';
import { createContext } from './context.ts';
import { standInFor } from './encoded-payload.ts';
import { encodedOf } from './execute-once.ts';
import type { Gate } from './gate.ts';
import { type RunArgs, runOperation, runSubscription, translate } from './run-operation.ts';

/** What a socket is to graphql-ws' core: who opened it, from what. */
export type Extra = {
  readonly socket: WebSocket;
  readonly headers: Parameters<typeof deviceOf>[0];
  readonly place: SocketPlace;
  identity?: SocketIdentity;
};
type SocketArgs = RunArgs & { readonly place: SocketPlace };
type Params = { authorization?: unknown; device?: unknown };
type Connection = SocketContext<Params, Extra>;

/** When there may be room again where something of one's own has to end first, in ms. */
const NO_ROOM_RETRY_MS = 1_000;

/** graphql-transport-ws, independent of what carries it: who may connect, and how operations run. */
export function createSocketProtocol(app: App, gate: Gate): Server<Extra> {
  const { config, limits, metrics } = app;
  return makeServer<Params, Extra>({
    connectionInitWaitTimeout: config.SOCKET_INIT_TIMEOUT_MS,
    onConnect: connect,
    onSubscribe: ({ extra }, _id, payload) => prepare(extra, payload),
    onNext(_connection, _id, _payload, _args, result) {
      const text = encodedOf(result as ExecutionResult);
      if (text) return standInFor(text);
    },
    execute: (args) => {
      const leave = limits.open.enter('operations_per_socket', (args as SocketArgs).place.id);
      return leave ? runOperation(app, args as SocketArgs).finally(leave) : noRoom();
    },
    subscribe: (args) => {
      const leave = limits.open.enter('subscriptions_per_socket', (args as SocketArgs).place.id);
      return leave ? subscribe(args as SocketArgs, leave) : noRoom();
    },
  });

  /** Room is held for as long as the subscription runs. */
  async function subscribe(args: SocketArgs, leave: () => void) {
    try {
      const running = await runSubscription(app, args, leave);
      if (!(Symbol.asyncIterator in running)) leave();
      return running;
    } catch (error) {
      leave();
      throw error;
    }
  }

  function noRoom(): ExecutionResult {
    return { errors: translated(rateLimited(NO_ROOM_RETRY_MS)) };
  }

  function translated(error: unknown): GraphQLError[] {
    const located = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
    return translate(app, [located]);
  }

  /** False closes with 4403. Nothing is thrown: an error's message would go into the close reason. */
  async function connect({ connectionParams, extra }: Connection): Promise<false | { serverTime: string }> {
    const { socket } = extra;
    try {
      const device: Device = deviceOf(extra.headers, connectionParams?.device, config.LOCATION_HEADER);
      const authenticated = await gate.authenticate(extra.place.address, connectionParams?.authorization, device);
      extra.identity = app.openSockets.open(authenticated, {
        device,
        close: (code, reason) => socket.close(code, reason),
      });
    } catch (error) {
      if (isUnauthenticated(error)) return false;
      if (!(error instanceof ChatError && error.code === 'RATE_LIMITED'))
        app.log.warn({ err: error }, 'a socket could not be authenticated');
      socket.close(1013, 'Try again later');
      return false;
    }
    extra.place.authenticated();
    // Goes with connection_ack: a client that knows the way's length can tell how far its clock is off.
    return watchOver(extra.identity, socket) && { serverTime: new Date().toISOString() };
  }

  /** False where the participant has too many sockets: this one is closed, and may come back when another has gone. */
  function watchOver(identity: SocketIdentity, socket: WebSocket): boolean {
    const leave = socket.readyState === socket.OPEN && limits.open.enter('sockets_per_participant', identity.viewer.id);
    if (!leave) {
      identity.end();
      socket.close(1013, 'Too many sockets');
      return false;
    }
    socket.once('close', () => {
      identity.end();
      leave();
    });
    if (isCanary(identity.viewer)) return true;
    const gone = app.presence.opened(identity.viewer.id);
    metrics.sockets(1);
    socket.once('close', () => {
      gone();
      metrics.sockets(-1);
    });
    return true;
  }

  async function prepare(
    { identity, place }: Extra,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | GraphQLError[]> {
    const prepared = gate.prepare(payload.query);
    if ('errors' in prepared) return translate(app, prepared.errors);
    const operation = getOperationAST(prepared.document, payload.operationName);
    if (!operation) {
      return [
        new GraphQLError('Name the operation to run in operationName.', {
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        }),
      ];
    }
    try {
      const { viewer } = identity!;
      gate.admit(viewer.id, prepared.document, operation, payload.variables);
      // The newest name and role, and whether they may still come in: that may have changed since the socket was opened.
      const current = await app.admit(identity!.grant);
      const traceparent = payload.extensions?.traceparent;
      return {
        schema: app.schema,
        document: prepared.document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        contextValue: createContext(app, current, identity!, place.address),
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
        place,
      } as SocketArgs;
    } catch (error) {
      return translated(error);
    }
  }
}
