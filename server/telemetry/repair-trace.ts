import { type Link, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { contextOf, endSpan, type MessageKeys, messaging, tracer } from './message-trace.ts';

/**
 * What goes wrong on a message's path and how it is put right, as spans: rare, so they may be generous.
 *
 *   create conversation       with an event: duplicate                      in the retry's trace
 *   send conversation         failed, with an event: retry, postponed       in the message's trace
 *   dead letter conversation  given up                                      in the message's trace
 *   fill conversation         missing events read from PostgreSQL           a trace of its own, linked to theirs
 *   resync conversation       a subscriber served from PostgreSQL again     a trace of its own
 */

/** A sender's retry: the message had been stored before, in another trace, which is found by its id. */
export function noteDuplicate(span: Span): void {
  span.addEvent('duplicate');
}

/** A publish that failed is tried again: the next one is a span of its own. */
export function noteRetry(span: Span, backoffMs: number): void {
  span.addEvent('retry', { 'parley.relay.backoff_ms': backoffMs });
}

/** Not tried at all, because the bus is away; no attempt is counted. */
export function notePostponed(span: Span): void {
  span.addEvent('postponed');
}

export function recordDeadLetter(traceparent: string | null, keys: MessageKeys, attempts: number): void {
  const attributes = {
    ...messaging('settle', keys),
    'messaging.operation.name': 'dead letter',
    'parley.relay.attempt': attempts,
  };
  tracer
    .startSpan('dead letter conversation', { kind: SpanKind.INTERNAL, attributes }, contextOf(traceparent))
    .setStatus({ code: SpanStatusCode.ERROR })
    .end();
}

/** Traces that a span of a batch links to. */
const MAX_LINKS = 10;

/** A follower reads what is missing. */
export function startFill(conversationId: string, reason: 'hole' | 'sweep' | 'jump') {
  const attributes = { 'parley.conversation.id': conversationId, 'parley.fill.reason': reason };
  const span = tracer.startSpan('fill conversation', { kind: SpanKind.INTERNAL, attributes }, ROOT_CONTEXT);
  let filled = 0;
  let links = 0;
  return {
    event(traceparent: string | null): void {
      filled++;
      const linked = traceparent && links < MAX_LINKS ? trace.getSpanContext(contextOf(traceparent)) : undefined;
      if (!linked) return;
      links++;
      span.addLink({ context: linked } satisfies Link);
    },
    end(error?: unknown): void {
      span.setAttribute('parley.fill.events', filled);
      endSpan(span, error);
    },
  };
}

/** From a subscriber's buffer being thrown away until everything in between was served. */
export function startResync(conversationId: string, reason: string, fromSeq: number) {
  const attributes = {
    'parley.conversation.id': conversationId,
    'parley.resync.reason': reason,
    'parley.resync.from_seq': fromSeq,
  };
  const span = tracer.startSpan('resync conversation', { kind: SpanKind.INTERNAL, attributes }, ROOT_CONTEXT);
  return (throughSeq: number): void => {
    span.setAttribute('parley.resync.events', throughSeq - fromSeq).end();
  };
}
