import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

export type ReceivedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first of a trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** OTLP's numbers: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** The names of what happened in it. */
  readonly events: readonly string[];
  readonly failed: boolean;
  readonly resource: Readonly<Record<string, unknown>>;
};

/** OTLP as JSON has it, with ids in hex; protobuf is brought into the same form. */
type Value = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: Value[] };
};
type Attributes = { key: string; value: Value }[];
type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: Attributes;
  links?: { traceId: string; spanId: string }[];
  events?: { name: string }[];
  status?: { code?: number };
};
type Request = { resourceSpans?: { resource?: { attributes?: Attributes }; scopeSpans?: { spans?: Span[] }[] }[] };

const proto = readFileSync(new URL('otlp-trace.proto', import.meta.url), 'utf8');
const requestType = protobuf.parse(proto).root.lookupType('ExportTraceServiceRequest');

export function decodeOtlp(body: Buffer, contentType: string | undefined): ReceivedSpan[] {
  const { resourceSpans = [] } = contentType?.startsWith('application/json') ? parseJson(body) : parseProtobuf(body);
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => toReceived(span, toRecord(resource?.attributes)))),
  );
}

const parseJson = (body: Buffer) => JSON.parse(body.toString()) as Request;

function parseProtobuf(body: Buffer): Request {
  const plain = requestType.toObject(requestType.decode(body), { longs: String, bytes: Buffer });
  return JSON.parse(
    JSON.stringify(plain, (_key, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value,
    ),
  );
}

const toReceived = (span: Span, resource: Record<string, unknown>): ReceivedSpan => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId || undefined,
  name: span.name,
  kind: span.kind ?? 0,
  durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
  attributes: toRecord(span.attributes),
  links: span.links ?? [],
  events: (span.events ?? []).map(({ name }) => name),
  failed: span.status?.code === 2,
  resource,
});

const toRecord = (attributes: Attributes = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, toPlain(value)]));

function toPlain({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Value): unknown {
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue ?? arrayValue?.values?.map(toPlain);
}
