import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../config.ts';
import type { Log } from './log.ts';
import { telemetry } from './telemetry.ts';

export type MetricsServer = { readonly url: string; stop(): Promise<void> };

type Options = {
  readonly port: number;
  readonly host: string;
  readonly log: Log;
  /** What else is answered, by path. */
  readonly beside?: Readonly<Record<string, RequestListener>>;
};

/** Serves Prometheus at /metrics, on a port of its own, which need not be open to those who chat. */
export async function startMetricsServer({ port, host, log, beside = {} }: Options): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (Object.hasOwn(beside, path)) beside[path]!(request, response);
    else if (path === '/metrics')
      telemetry()
        .metricsHandler(request, response)
        .catch((err: unknown) => {
          log.error({ err }, 'the metrics could not be read');
          response.destroy();
        });
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics.\n');
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new ConfigError(whyNot(error as NodeJS.ErrnoException, port, host));
  }
  server.on('error', (err) => log.error({ err }, 'metrics server failed'));
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/metrics`,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function whyNot({ code }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === 'EADDRINUSE')
    return `METRICS_PORT is "${port}": something else listens there. Take another, or 0 for a free one.`;
  if (code === 'EACCES') return `METRICS_PORT is "${port}": this user may not listen there. Take one above 1023.`;
  return `METRICS_PORT is "${port}" and HOST is "${host}": cannot listen there (${code}).`;
}
