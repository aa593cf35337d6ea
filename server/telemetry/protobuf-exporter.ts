import type { MeterProvider } from '@opentelemetry/api';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { spanSerializer } from './span-encoder.ts';

/** OpenTelemetry's exporter for http/protobuf, with its settings and its metrics, put together as it does it itself but for the serializer. */
export function createProtobufExporter(selfObsMeterProvider: MeterProvider): SpanExporter {
  const headers = { 'Content-Type': 'application/x-protobuf' };
  const options = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', headers);
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      options,
      spanSerializer,
      'otlp_http_span_exporter',
      TraceExporterMetricsHelper,
      selfObsMeterProvider,
    ),
  );
}
