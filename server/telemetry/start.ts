import { setTimeout as wait } from 'node:timers/promises';
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { getBooleanFromEnv, W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { reportDiagnosticsTo, startDiagnostics } from './diagnostics.ts';
import { OPENMETRICS_TYPE, toOpenMetrics } from './openmetrics.ts';
import { createResource } from './resource.ts';
import { observeRuntime } from './runtime-metrics.ts';
import { setTelemetry, type Telemetry } from './telemetry.ts';
import { createTracerProvider } from './tracer-provider.ts';

/**
 * Preloaded with `node --import ./server/telemetry/start.ts`, so that tracer and meter exist before the first module asks
 * for them. It needs none of Parley's configuration: the OTEL_* variables belong to OpenTelemetry, are read here and in
 * tracer-provider.ts through its own functions, and are the one exception to "only config.ts reads the environment".
 *
 * Built from the SDK's parts: @opentelemetry/sdk-node would load every exporter there is, for 150 ms and 10 MB more.
 */

/** Within DRAIN_TIMEOUT_MS, of which a hanging collector may not take more. */
const FLUSH_TIMEOUT_MS = 2_000;

async function start(): Promise<Telemetry> {
  startDiagnostics();
  const resource = createResource();

  // A server of its own it must not start: METRICS_PORT is ours, and a port in use should be one clear line.
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const meterProvider = new MeterProvider({ resource, readers: [prometheus] });
  metrics.setGlobalMeterProvider(meterProvider);
  observeRuntime(meterProvider.getMeter('runtime'));

  const tracerProvider = await createTracerProvider(resource, meterProvider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(tracerProvider);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const flush = () => Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
    const late = wait(FLUSH_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`the collector took more than ${FLUSH_TIMEOUT_MS} ms`);
    });
    await Promise.race([flush(), late]).catch((error) => diag.warn('The last traces could not be sent:', error));
  };
  return {
    running: true,
    async metricsHandler(request, response) {
      const { resourceMetrics, errors } = await prometheus.collect();
      for (const error of errors) diag.warn('A metric could not be read:', error);
      const text = serializer.serialize(resourceMetrics);
      const open = request.headers.accept?.includes('application/openmetrics-text');
      response.setHeader('content-type', open ? OPENMETRICS_TYPE : 'text/plain; version=0.0.4; charset=utf-8');
      response.end(open ? toOpenMetrics(text) : text);
    },
    reportTo: reportDiagnosticsTo,
    shutdown: () => (stopped ??= stop()),
  };
}

if (!getBooleanFromEnv('OTEL_SDK_DISABLED')) setTelemetry(await start());
