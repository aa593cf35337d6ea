import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { spanSerializer } from './span-encoder.ts';

const ended: ReadableSpan[] = [];
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'parley', 'process.command_args': ['node', 'ü'] }),
  spanProcessors: [
    {
      onStart() {},
      onEnd: (span) => void ended.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});
const tracer = provider.getTracer('parley');

function spanWith(attributes: Attributes, more: (span: ReturnType<typeof tracer.startSpan>) => void = () => {}) {
  const parent = tracer.startSpan('mutation sendMessage', { kind: SpanKind.SERVER });
  const links = [{ context: parent.spanContext() }, { context: parent.spanContext(), attributes: { why: 'batch' } }];
  const span = tracer.startSpan(
    'create conversation',
    { kind: SpanKind.PRODUCER, attributes, links },
    trace.setSpan(ROOT_CONTEXT, parent),
  );
  more(span);
  span.end();
  parent.end();
}

/** The other serializer is the yardstick. */
function assertSame(spans: ReadableSpan[]) {
  const [ours, theirs] = [spanSerializer, ProtobufTraceSerializer].map((one) => one.serializeRequest(spans)!);
  assert.equal(Buffer.from(ours!).toString('hex'), Buffer.from(theirs!).toString('hex'));
}

test('writes byte for byte what OpenTelemetry’s serializer writes', () => {
  const long = (n: number) => 'x'.repeat(n);
  spanWith({ 'messaging.system': 'parley', 'parley.seq': 7, yes: true, no: false, ratio: 0.5, zero: 0 });
  spanWith({ umlaut: 'äöü €', astral: '😀'.repeat(40), empty: '' });
  for (const n of [100, 110, 115, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 300, 16_383, 70_000])
    spanWith({ text: long(n), [long(n)]: n });
  for (const n of [127, 128, 16_384, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) spanWith({ n });
  spanWith({}, (span) => {
    span.addEvent('retry', { 'parley.relay.backoff_ms': 250 });
    span.addEvent('postponed', undefined, [1_700_000_000, 123_456_789]);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'it did not work' });
  });
  for (const span of ended) assertSame([span]);
  assertSame(ended);
  assertSame(ended.slice(0, 1));
});

test('leaves to the other one what it does not know', () => {
  const before = ended.length;
  spanWith({ list: ['a', 'b'] });
  spanWith({ negative: -1, huge: 2 ** 60 });
  const other = provider.getTracer('other').startSpan('elsewhere');
  other.end();
  assertSame(ended.slice(before));
});
