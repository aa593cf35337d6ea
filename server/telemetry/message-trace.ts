import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/**
 * One message = one trace. Its steps, each placed by hand (automatic instrumentation costs a fifth of the throughput):
 *
 *   mutation sendMessage     SERVER    graphql/trace-operation
 *   └ create conversation    PRODUCER  messages/send-message; its context is stored with the message and its outbox row
 *     ├ send_messages        CLIENT    the grouped statement that stored it
 *     ├ send conversation    CLIENT    outbox/relay-outbox: published
 *     ├ process conversation CONSUMER  delivery/conversation-follower, once per process: handed to its subscribers
 *     └ settle conversation  CLIENT    delivery/acknowledge: a recipient's receipt
 *
 * Names and attributes follow OpenTelemetry's semantic conventions for messaging and databases. Never bodies, names,
 * addresses or tokens. What goes wrong on the way is in repair-trace.ts. Without a configured exporter spans still exist, so that trace ids are real, but go nowhere.
 */
export const tracer = trace.getTracer('parley');

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export function toTraceparent(span: Span): string | null {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return trace.isSpanContextValid(span.spanContext())
    ? `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
    : null;
}

/** The trace context that the current code runs under, in W3C form; null outside any trace. */
export function currentTraceparent(): string | null {
  const span = trace.getActiveSpan();
  return span ? toTraceparent(span) : null;
}

/** Whether the trace is recorded: the last flag, so the last digit is odd. */
export const isRecorded = (traceparent: string) => /[13579bdf]$/.test(traceparent);

/** A context to start spans under; the root for null and for anything that is not a traceparent. */
export function contextOf(traceparent: string | null | undefined): Context {
  const match = traceparent ? TRACEPARENT.exec(traceparent) : null;
  if (!match) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: match[1]!,
    spanId: match[2]!,
    traceFlags: Number.parseInt(match[3]!, 16),
    isRemote: true,
  });
}

export type MessageKeys = { readonly conversationId: string; readonly seq?: number; readonly messageId?: string };

export const messaging = (operation: string, { conversationId, seq, messageId }: MessageKeys): Attributes => ({
  'messaging.system': 'parley',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': 'conversation',
  'parley.conversation.id': conversationId,
  ...(seq === undefined ? {} : { 'parley.seq': seq }),
  ...(messageId === undefined ? {} : { 'messaging.message.id': messageId }),
});

/** The sender's part: from here on the message has a context of its own. */
export function startCreate(keys: MessageKeys): Span {
  return tracer.startSpan('create conversation', { kind: SpanKind.PRODUCER, attributes: messaging('create', keys) });
}

/**
 * The grouped statement, once under every message it stores: each trace shows its own database write. What several share is
 * a span of its own besides, which they link to and which links to them: who waited for whom.
 */
export function startDatabaseWrite(creates: readonly Span[], statement: string): (error?: unknown) => void {
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': statement };
  const batch = creates.length > 1 ? { ...attributes, 'db.operation.batch.size': creates.length } : attributes;
  const shared =
    creates.length > 1
      ? tracer.startSpan(
          `${statement} batch`,
          {
            kind: SpanKind.CLIENT,
            attributes: batch,
            links: creates.map((create) => ({ context: create.spanContext() })),
          },
          ROOT_CONTEXT,
        )
      : undefined;
  const links = shared ? [{ context: shared.spanContext() }] : [];
  const spans = creates.map((create) =>
    tracer.startSpan(
      statement,
      { kind: SpanKind.CLIENT, attributes: batch, links },
      trace.setSpan(ROOT_CONTEXT, create),
    ),
  );
  return (error) => {
    for (const span of spans) endSpan(span, error);
    if (shared) endSpan(shared, error);
  };
}

/** How long it took is an attribute too, because a trace's own duration includes when somebody read the message. */
export function endCreate(span: Span, acceptedToCommitMs: number): void {
  span.setAttribute('parley.accepted_to_commit_ms', Math.round(acceptedToCommitMs));
  span.end();
}

/** @param attempt 1 for the first. */
export function startPublish(
  traceparent: string | null,
  keys: MessageKeys,
  { via, attempt }: { via: 'hand-over' | 'sweep'; attempt: number },
): Span {
  const attributes = { ...messaging('send', keys), 'parley.relay.via': via, 'parley.relay.attempt': attempt };
  return tracer.startSpan('send conversation', { kind: SpanKind.CLIENT, attributes }, contextOf(traceparent));
}

/** How an event came to the subscribers of this process: as it should, or read from PostgreSQL because it was missing. */
export type DeliveredVia = 'bus' | 'hole' | 'sweep';

type Delivered = {
  readonly conversationId: string;
  readonly seq: number;
  readonly at: Date;
  readonly message: { readonly id: string } | null;
  readonly traceparent: string | null;
};

export function recordDelivery(
  { conversationId, seq, at, message, traceparent }: Delivered,
  { recipients, via }: { recipients: number; via: DeliveredVia },
): void {
  const attributes = {
    ...messaging('process', { conversationId, seq, messageId: message?.id }),
    'parley.recipients': recipients,
    'parley.delivery.via': via,
    'parley.commit_to_delivered_ms': Math.max(0, Date.now() - at.getTime()),
  };
  tracer.startSpan('process conversation', { kind: SpanKind.CONSUMER, attributes }, contextOf(traceparent)).end();
}

/** What the receipt at hand settles, of which up to ten messages of each kind have spans of their own. */
export function countReceipts(counts: { delivered: number; read: number }): void {
  trace
    .getActiveSpan()
    ?.setAttributes({ 'parley.receipt.delivered': counts.delivered, 'parley.receipt.read': counts.read });
}

/** A receipt settles the message in the message's own trace, linked to the request that brought it. */
export function recordReceipt(traceparent: string, conversationId: string, receipt: 'delivered' | 'read'): void {
  const active = trace.getActiveSpan();
  const links: Link[] = active ? [{ context: active.spanContext() }] : [];
  const attributes = { ...messaging('settle', { conversationId }), 'parley.receipt': receipt };
  tracer.startSpan('settle conversation', { kind: SpanKind.CLIENT, attributes, links }, contextOf(traceparent)).end();
}

export function startOperation(name: string, traceparent: string | null | undefined, attributes: Attributes): Span {
  return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, contextOf(traceparent));
}

export function runIn<T>(span: Span, work: () => T): T {
  return context.with(trace.setSpan(ROOT_CONTEXT, span), work);
}

/** For timers, sockets and the relay: nothing that outlives a request may keep its context alive. */
export const detached = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work);

export function endSpan(span: Span, error?: unknown): void {
  if (error !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
  }
  span.end();
}
