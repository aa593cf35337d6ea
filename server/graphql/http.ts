import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import { deviceOf } from '../auth/device.ts';
import { endSpan, runIn, startOperation } from '../telemetry/message-trace.ts';
import { hasTokenInUrl } from '../token-in-url.ts';
import type { App } from './app-parts.ts';
import { AnonymousContext, type Context, createContext } from './context.ts';
import type { Gate } from './gate.ts';
import { mayNeedNoToken, needsNoToken } from './needs-no-token.ts';
import { describeOperation, outcomeOf, translate } from './run-operation.ts';

/** GraphQL over HTTP: POST, and GET for queries. Apollo Server does the protocol; errors are translated as on the socket. */
export async function graphqlOverHttp(app: App, gate: Gate): Promise<{ routes: Router; stop: () => Promise<void> }> {
  const production = app.config.NODE_ENV === 'production';
  const server = new ApolloServer<Context>({
    schema: app.schema,
    introspection: !production,
    parseOptions: gate.documents.parseOptions,
    validationRules: [gate.documents.rule],
    includeStacktraceInErrorResponses: false,
    // Nothing that a browser sends by itself lets anybody in: without Authorization, which no page elsewhere may send, every
    // request is a 401, forms included. Apollo's check would call some of them a 400 before they are looked at.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stringifyResult: (result) => JSON.stringify(withTraceId(result, trace.getActiveSpan())),
    formatError: (_formatted, error) =>
      translate(app, [
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error }),
      ])[0]!.toJSON(),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      traceAndMeasure(app),
      limitDocuments(gate),
      refuseSubscriptions,
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
  routes.use(notCached);
  routes.use(gate.origins.cors);
  routes.use(refuseTokenInUrl);
  routes.use(express.json({ limit: app.config.HTTP_MAX_BODY_BYTES }));
  routes.use(answerBodyError);
  routes.use(inSpan);
  routes.use(expressMiddleware(server, { context: ({ req }) => contextOf(app, gate, req) }));
  return { routes, stop: () => server.stop() };
}

const statusOf: Record<string, number> = { UNAUTHENTICATED: 401, RATE_LIMITED: 429, GRAPHQL_VALIDATION_FAILED: 400 };

/** The document, wherever the request has it. */
function sourceOf({ body, query: search }: Request): string {
  const source: unknown = body?.query ?? search.query;
  return typeof source === 'string' ? source : '';
}

/** Without a token, and asking for nothing that needs one. */
function isOpen(gate: Gate, request: Request): boolean {
  const source = sourceOf(request);
  if (request.headers.authorization !== undefined || !mayNeedNoToken(source)) return false;
  const prepared = gate.prepare(source);
  return 'document' in prepared && needsNoToken(prepared.document, request.body?.operationName);
}

async function contextOf(app: App, gate: Gate, request: Request): Promise<Context> {
  try {
    const address = gate.addressOf(request);
    if (isOpen(gate, request)) return new AnonymousContext(app, address);
    const { viewer, grant } = await gate.authenticate(
      address,
      request.headers.authorization,
      deviceOf(request.headers, undefined, app.config.LOCATION_HEADER),
    );
    const refused = gate.documents.checkSource(sourceOf(request));
    if (refused) throw refused;
    return createContext(app, viewer, { grant }, address);
  } catch (error) {
    const located = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error });
    const [translated] = translate(app, [located]);
    const { code, retryAfterMs } = translated!.extensions;
    const status = statusOf[String(code)] ?? 503;
    const headers = new HeaderMap();
    if (status === 401) headers.set('www-authenticate', 'Bearer');
    if (status === 429) headers.set('retry-after', String(Math.ceil(Number(retryAfterMs) / 1000)));
    throw new GraphQLError(translated!.message, {
      extensions: {
        ...translated!.extensions,
        http: { status, headers },
      },
    });
  }
}

/** Each answer is for one person and one moment, those to GET included. */
const notCached: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};

/** Open until the request is answered. */
function startRequest(request: Request, response: Response): Span {
  const traceparent = request.headers.traceparent;
  const span = startOperation('graphql', typeof traceparent === 'string' ? traceparent : undefined, {});
  response.once('close', () => endSpan(span));
  return span;
}

/** One span per request, active from here on; after the body is read, because reading it loses the context. */
const inSpan: RequestHandler = (request, response, next) => runIn(startRequest(request, response), next);

/** On every response, refusals included: whoever reports a failure can name its trace. */
function withTraceId(result: FormattedExecutionResult, span: Span | undefined): FormattedExecutionResult {
  return span ? { ...result, extensions: { ...result.extensions, traceId: span.spanContext().traceId } } : result;
}

function traceAndMeasure(app: App): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      const span = trace.getActiveSpan();
      return {
        async didResolveOperation({ operation }) {
          if (!operation) return;
          const { spanName, attributes } = describeOperation(operation);
          span?.updateName(spanName).setAttributes(attributes);
        },
        async willSendResponse({ operation, response, contextValue }) {
          if (!operation || response.body.kind !== 'single') return;
          const outcome = outcomeOf(response.body.singleResult.errors);
          const { type, field } = describeOperation(operation);
          if (outcome === 'failed') span?.setStatus({ code: SpanStatusCode.ERROR });
          const viewer = contextValue instanceof AnonymousContext ? undefined : contextValue.viewer;
          app.measure.of(viewer).operation({ type, field, transport: 'http', outcome }, performance.now() - startedAt);
        },
      };
    },
  };
}

/** Who is nobody yet pays by address. */
const payerOf = (context: Context) => (context instanceof AnonymousContext ? context.address : context.viewer.id);

/** What a document may be and cost: the same as on the socket, see socket-protocol.ts. */
const limitDocuments = ({ documents, admit }: Gate): ApolloServerPlugin<Context> => ({
  async requestDidStart() {
    return {
      async parsingDidStart() {
        return async (error) => {
          if (error) documents.parseFailed(error);
        };
      },
      async didResolveOperation({ document, operation, request, contextValue }) {
        if (operation) admit(payerOf(contextValue), document, operation, request.variables);
      },
    };
  },
});

/** Executed like a query, a subscription would only say that something went wrong. */
const refuseSubscriptions: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== 'subscription') return;
        throw new GraphQLError(
          'Subscriptions run over a WebSocket: connect to this same address with the subprotocol graphql-transport-ws.',
          { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } },
        );
      },
    };
  },
};

/**
 * The GraphQL-over-HTTP specification answers a well-formed request under application/json with 200, also when the document
 * does not parse or validate; Apollo says 400. Under application/graphql-response+json 400 is right, and so it is for a
 * request without a document.
 */
const statusByMediaType: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, request, source }) {
        const isNew = request.http?.headers.get('accept')?.includes('application/graphql-response+json');
        if (source !== undefined && !isNew && response.http.status === 400) response.http.status = 200;
      },
    };
  },
};

/** The token has been seen by whatever keeps URLs; that it is refused is how its owner learns of it. */
const refuseTokenInUrl: RequestHandler = (request, response, next) => {
  if (!hasTokenInUrl(request.originalUrl)) return next();
  const message =
    'Tokens do not belong in URLs, which are logged. Send "Authorization: Bearer <JWT>", and replace this one.';
  const errors = [{ message, extensions: { code: 'BAD_USER_INPUT' } }];
  response.status(400).json(withTraceId({ errors }, startRequest(request, response)));
};

const bodyMessages: Record<number, string> = {
  400: 'The request body is not valid JSON.',
  413: 'The request body is too large.',
  415: 'The request body has a charset or an encoding that is not supported.',
};

/** What express' body parser refuses, as a GraphQL response. */
const answerBodyError: ErrorRequestHandler = (error, request, response, _next) => {
  const status = error.status in bodyMessages ? error.status : 400;
  const errors = [{ message: bodyMessages[status]!, extensions: { code: 'BAD_USER_INPUT' } }];
  response.status(status).json(withTraceId({ errors }, startRequest(request, response)));
};
