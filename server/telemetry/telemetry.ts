import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from './log.ts';

/**
 * What the server may ask of OpenTelemetry once start.ts was preloaded. Without the preload (unit tests) and with
 * OTEL_SDK_DISABLED every span and metric is a no-op of OpenTelemetry's API, and so is this.
 */
export type Telemetry = {
  readonly running: boolean;
  /** Answers a scrape in Prometheus's text format, or as OpenMetrics with exemplars to those who accept it. */
  metricsHandler(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** From here on OpenTelemetry's own complaints (a dead collector, an unknown sampler) are log lines. */
  reportTo(log: Log): void;
  /** Sends what is still queued, for two seconds at the most. Never fails; a second call waits for the first. */
  shutdown(): Promise<void>;
};

const off: Telemetry = {
  running: false,
  async metricsHandler(_request, response) {
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('# no metrics: OTEL_SDK_DISABLED is set, or server/telemetry/start.ts was not preloaded\n');
  },
  reportTo() {},
  async shutdown() {},
};

let current = off;

/** The telemetry of this process: preloaded code can hand it on only by way of a module. */
export const telemetry = (): Telemetry => current;

export function setTelemetry(started: Telemetry): void {
  current = started;
}
