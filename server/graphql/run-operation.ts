import { SpanStatusCode } from '@opentelemetry/api';
import { ExponentialBackoff, handleWhenResult, retry } from 'cockatiel';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { deliveredTraceparent } from '../delivery/updates.ts';
import { isDatabaseAway, rootCause, toClientError } from '../errors.ts';
import { endSpan, runIn, startOperation } from '../telemetry/message-trace.ts';
import type { App } from './app-parts.ts';
import { type Context, freshContext } from './context.ts';

/**
 * How the socket runs operations. Apollo's plugins, masking and metrics do nothing there, so each has its counterpart here;
 * errors are translated by the same function on both transports.
 */
export type RunArgs = ExecutionArgs & { readonly contextValue: Context; readonly traceparent: string | undefined };

type Description = {
  readonly type: OperationTypeNode;
  readonly field: string;
  readonly spanName: string;
  readonly attributes: Record<string, string>;
};

/** Documents are parsed once and kept, so that is where this is kept, too. */
const described = new WeakMap<OperationDefinitionNode, Description>();

/**
 * What an operation is called in spans and metrics: by what it asks of the schema, which has an end. The name a client gave
 * it is an attribute only.
 */
export function describeOperation(operation: OperationDefinitionNode): Description {
  const known = described.get(operation);
  if (known) return known;
  const { operation: type, name, selectionSet } = operation;
  const fields = new Set(
    selectionSet.selections.map((selection) => (selection.kind === Kind.FIELD ? selection.name.value : 'other')),
  );
  const field = fields.size === 1 ? [...fields][0]! : 'several';
  const description = {
    type,
    field,
    spanName: `${type} ${field}`,
    attributes: { 'graphql.operation.type': type, ...(name ? { 'graphql.operation.name': name.value } : {}) },
  };
  described.set(operation, description);
  return description;
}

/** A query or mutation: one span, one measurement, translated errors, `extensions.traceId`. */
export async function runOperation(app: App, { traceparent, ...args }: RunArgs): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName)!;
  const { type, field, spanName, attributes } = describeOperation(operation);
  const span = startOperation(spanName, traceparent, attributes);
  const startedAt = performance.now();
  const result = await runIn(span, () => execute(args));
  const errors = result.errors && runIn(span, () => translate(app, result.errors!));
  app.measure
    .of(args.contextValue.viewer)
    .operation({ type, field, transport: 'socket', outcome: outcomeOf(errors) }, performance.now() - startedAt);
  if (outcomeOf(errors) === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
  endSpan(span);
  return { ...result, ...(errors ? { errors } : {}), extensions: { traceId: span.spanContext().traceId } };
}

/** A subscription: its set-up is an operation; each event is executed with a context of its own. onEnd: of one that began. */
export async function runSubscription(
  app: App,
  { traceparent, ...args }: RunArgs,
  onEnd: () => void,
): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName)!;
  const { type, field, spanName, attributes } = describeOperation(operation);
  const span = startOperation(spanName, traceparent, attributes);
  const startedAt = performance.now();
  const source = await runIn(span, () => createSourceEventStream(args));
  const refused = 'errors' in source ? source.errors : undefined;
  const errors = refused && runIn(span, () => translate(app, refused));
  app.measure
    .of(args.contextValue.viewer)
    .operation({ type, field, transport: 'socket', outcome: outcomeOf(errors) }, performance.now() - startedAt);
  if (outcomeOf(errors) === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
  endSpan(span);
  if (errors) return { errors, extensions: { traceId: span.spanContext().traceId } };
  return eachExecuted(app, source as AsyncIterable<unknown>, args, { label: { field }, onEnd });
}

/**
 * A field that cannot be read would make a hole of its whole event (D4), so the stream waits until PostgreSQL is back; what
 * comes meanwhile gathers in its bounded buffer.
 */
const untilAvailable = retry(
  handleWhenResult((result) => isAway(result as ExecutionResult)),
  { maxAttempts: Number.POSITIVE_INFINITY, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 }) },
);

const isAway = ({ errors }: ExecutionResult) => errors?.some((error) => isDatabaseAway(rootCause(error))) ?? false;

function eachExecuted(
  app: App,
  source: AsyncIterable<unknown>,
  args: Omit<RunArgs, 'traceparent'>,
  { label, onEnd }: { label: { field: string }; onEnd: () => void },
): AsyncGenerator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]();
  let failed = false;
  const stopped = new AbortController();
  app.metrics.subscriptions(1, label);
  const stop = async () => {
    if (!stopped.signal.aborted) {
      app.metrics.subscriptions(-1, label);
      onEnd();
    }
    stopped.abort();
    await events.return?.();
    return { done: true, value: undefined } as const;
  };
  return {
    async next() {
      if (failed) return stop();
      try {
        const { done, value } = await events.next();
        if (done) return stop();
        const run = async () => ({
          ...(await execute({ ...args, rootValue: value, contextValue: await freshContext(args.contextValue) })),
          ...extensionsOf(value),
        });
        let result = await app.executeOnce(value, args, run);
        if (isAway(result)) result = await untilAvailable.execute(run, stopped.signal);
        return { done: false, value: result.errors ? { ...result, errors: translate(app, result.errors) } : result };
      } catch (error) {
        // A stream that throws would close the whole socket; told as a last result, only this subscription ends.
        failed = true;
        const located = new GraphQLError('The subscription has ended.', {
          originalError: error instanceof Error ? error : undefined,
        });
        return { done: false, value: { errors: translate(app, [located]) } };
      }
    },
    return: stop,
    async throw(error) {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** `traceparent` beside a delivered message: a client that acknowledges it hands it back, and its receipt is in the same trace. */
function extensionsOf(value: unknown): Pick<ExecutionResult, 'extensions'> | undefined {
  const traceparent = deliveredTraceparent(value);
  return traceparent === undefined ? undefined : { extensions: { traceparent } };
}

export function translate(app: Pick<App, 'log' | 'config'>, errors: readonly GraphQLError[]): GraphQLError[] {
  return errors.map((error) =>
    toClientError(error, (err) => app.log.error({ err }, 'an operation failed'), {
      hideSuggestions: app.config.NODE_ENV === 'production',
    }),
  );
}

/** refused: the caller's fault; failed: ours. */
export function outcomeOf(
  errors: readonly { extensions?: { code?: unknown } }[] | undefined,
): 'ok' | 'refused' | 'failed' {
  if (!errors || errors.length === 0) return 'ok';
  const ours = errors.some(
    ({ extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR' || extensions?.code === 'UNAVAILABLE',
  );
  return ours ? 'failed' : 'refused';
}
