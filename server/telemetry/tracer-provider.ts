import { diag, type MeterProvider } from '@opentelemetry/api';
import { getNumberFromEnv, getStringFromEnv, getStringListFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  type SpanLimits,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/**
 * Traces as the standard variables say (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
 * Without a collector to send to, nothing is recorded, but every span still has a real trace id, for `extensions.traceId`.
 */
export async function createTracerProvider(resource: Resource, meterProvider: MeterProvider): Promise<TracerProvider> {
  const exporter = await createExporter(meterProvider);
  if (!exporter) return new TracerProvider({ resource, sampler: new AlwaysOffSampler() });
  return new TracerProvider({
    resource,
    sampler: createSampler(),
    spanLimits: createSpanLimits(),
    spanProcessors: [createProcessor(exporter, meterProvider)],
  });
}

/** Only the exporter that is used is loaded: gRPC alone takes 50 ms. Each reads its own OTEL_EXPORTER_OTLP_* settings. */
async function createExporter(selfObsMeterProvider: MeterProvider): Promise<SpanExporter | undefined> {
  const endpoint =
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (!endpoint) return;
  const names = getStringListFromEnv('OTEL_TRACES_EXPORTER') ?? ['otlp'];
  if (!names.includes('otlp')) {
    if (!names.includes('none'))
      diag.error(`OTEL_TRACES_EXPORTER is "${names}": only otlp and none are known. No traces are sent.`);
    return;
  }
  const protocol =
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol !== 'grpc' && !/^https?:\/\//.test(endpoint)) {
    diag.error(
      `OTEL_EXPORTER_OTLP_ENDPOINT is "${endpoint}": it must start with http:// or https://. No traces are sent.`,
    );
    return;
  }
  switch (protocol) {
    case 'grpc':
      return new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter({ selfObsMeterProvider });
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter({ selfObsMeterProvider });
    default:
      if (protocol !== undefined && protocol !== 'http/protobuf')
        diag.error(
          `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}": grpc, http/json and http/protobuf are known. Using http/protobuf.`,
        );
      return (await import('./protobuf-exporter.ts')).createProtobufExporter(selfObsMeterProvider);
  }
}

/**
 * A bounded queue in front of the collector: when it hangs, spans past 8,192 (about 8 MB, and two seconds of 1,000
 * messages/s) are dropped and counted in otel_sdk_processor_span_processed_total{error_type="queue_full"}; nothing waits.
 */
function createProcessor(exporter: SpanExporter, selfObsMeterProvider: MeterProvider): BatchSpanProcessor {
  return new BatchSpanProcessor({
    exporter,
    selfObsMeterProvider,
    maxQueueSize: atLeastOne('OTEL_BSP_MAX_QUEUE_SIZE') ?? 8_192,
    maxExportBatchSize: atLeastOne('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? 512,
    // A trace should be there when somebody follows the link to it; the standard's five seconds are too long for that.
    scheduledDelayMillis: atLeastOne('OTEL_BSP_SCHEDULE_DELAY') ?? 1_000,
    exportTimeoutMillis: atLeastOne('OTEL_BSP_EXPORT_TIMEOUT') ?? 10_000,
  });
}

function createSampler(): Sampler {
  const name = getStringFromEnv('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  const roots: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(samplingRatio()),
  };
  const root = roots[name.replace(/^parentbased_/, '')];
  if (!root) diag.error(`OTEL_TRACES_SAMPLER is "${name}", which is unknown. Using parentbased_always_on.`);
  else if (!name.startsWith('parentbased_')) return root();
  return new ParentBasedSampler({ root: root?.() ?? new AlwaysOnSampler() });
}

function samplingRatio(): number {
  const ratio = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  if (ratio >= 0 && ratio <= 1) return ratio;
  diag.error(`OTEL_TRACES_SAMPLER_ARG is ${ratio}, which is not within 0 and 1. Using 1.`);
  return 1;
}

function createSpanLimits(): SpanLimits {
  return {
    attributeCountLimit:
      getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? getNumberFromEnv('OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLengthLimit:
      getNumberFromEnv('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
      getNumberFromEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    eventCountLimit: getNumberFromEnv('OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: getNumberFromEnv('OTEL_SPAN_LINK_COUNT_LIMIT'),
  };
}

function atLeastOne(name: string): number | undefined {
  const value = getNumberFromEnv(name);
  if (value === undefined || value >= 1) return value;
  diag.error(`${name} is ${value}, which is below 1. Using the default.`);
  return undefined;
}
