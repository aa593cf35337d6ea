import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import { trace } from '@opentelemetry/api';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express';
import { GraphQLError } from 'graphql';
import type { App } from '../app.ts';
import { deviceOf } from '../auth/record-session.ts';
import { endSpan, runIn, startOperation } from '../telemetry/message-trace.ts';
import { type Context, createContext } from './context.ts';
import { nameOf, outcomeOf, translate } from './run-operation.ts';

/** GraphQL over HTTP: POST, and GET for queries. Apollo Server does the protocol; errors are translated as on the socket. */
export async function graphqlOverHttp(app: App): Promise<{ routes: Router; stop: () => Promise<void> }> {
  const production = app.config.NODE_ENV === 'production';
  const server = new ApolloServer<Context>({
    schema: app.schema,
    introspection: !production,
    includeStacktraceInErrorResponses: false,
    // A browser sends Authorization only for a page that was allowed to; cookies never authenticate here.
    csrfPrevention: { requestHeaders: ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'] },
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    formatError: (_formatted, error) =>
      translate(app, [
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error }),
      ])[0]!.toJSON(),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      traceAndMeasure(app),
      statusByMediaType,
    ],
    logger: {
      debug() {},
      info() {},
      warn: (message) => app.log.warn(message),
      error: (message) => app.log.error(message),
    },
  });
  await server.start();

  const routes = Router();
  routes.use(express.json({ limit: app.config.HTTP_MAX_BODY_BYTES }));
  routes.use(bodyErrors);
  routes.use(inSpan);
  routes.use(expressMiddleware(server, { context: ({ req }) => contextOf(app, req) }));
  return { routes, stop: () => server.stop() };
}

async function contextOf(app: App, request: Request): Promise<Context> {
  try {
    const { viewer } = await app.authenticate(request.headers.authorization, deviceOf(request.headers));
    return createContext(app, viewer);
  } catch (error) {
    const [translated] = translate(app, [new GraphQLError('', { originalError: error as Error })]);
    const status = translated!.extensions.code === 'UNAUTHENTICATED' ? 401 : 503;
    throw new GraphQLError(translated!.message, {
      extensions: {
        ...translated!.extensions,
        http: { status, headers: new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []) },
      },
    });
  }
}

/** One span per request, active from here on; after the body is read, because reading it loses the context. */
const inSpan: RequestHandler = (request, response, next) => {
  const traceparent = request.headers.traceparent;
  const span = startOperation('graphql', typeof traceparent === 'string' ? traceparent : undefined, {});
  response.once('close', () => endSpan(span));
  runIn(span, next);
};

function traceAndMeasure(app: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      const span = trace.getActiveSpan();
      return {
        async didResolveOperation({ operation }) {
          if (!operation) return;
          span?.updateName(nameOf(operation));
          span?.setAttribute('graphql.operation.type', operation.operation);
        },
        async willSendResponse({ operation, response }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          if (span) result.extensions = { ...result.extensions, traceId: span.spanContext().traceId };
          if (!operation) return;
          const outcome = outcomeOf(result.errors);
          app.measure.operation(
            { type: operation.operation, transport: 'http', outcome },
            performance.now() - startedAt,
          );
        },
      };
    },
  };
}

/**
 * The GraphQL-over-HTTP specification answers a well-formed request under application/json with 200, also when the document
 * does not parse or validate; Apollo says 400. Under application/graphql-response+json 400 is right.
 */
const statusByMediaType: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, request }) {
        const isNew = request.http?.headers.get('accept')?.includes('application/graphql-response+json');
        if (!isNew && response.http.status === 400 && response.body.kind === 'single') response.http.status = 200;
      },
    };
  },
};

/** What express' body parser refuses, as a GraphQL response. */
const bodyErrors: ErrorRequestHandler = (error, _request, response, _next) => {
  const tooLarge = error.type === 'entity.too.large';
  const message = tooLarge ? 'The request body is too large.' : 'The request body is not valid JSON.';
  response.status(tooLarge ? 413 : 400).json({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });
};
