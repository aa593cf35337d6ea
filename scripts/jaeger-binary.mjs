import { fileURLToPath } from 'node:url';

/** The newest whose module can be built alone. */
export const jaegerVersion = '1.62.0';

/** Where `npm run jaeger` puts what it has built; tests use it when it is there. */
export const jaegerBinary = fileURLToPath(
  new URL(`../node_modules/.cache/jaeger/${jaegerVersion}/jaeger`, import.meta.url),
);

/** Everything on this machine only, and on no port but those asked for. */
export function jaegerArgs({ otlpPort, queryPort, adminPort = 0 }) {
  const closed = [
    'collector.otlp.grpc',
    'collector.grpc-server',
    'collector.http-server',
    'query.grpc-server',
    'http-server',
  ];
  return [
    '--collector.otlp.enabled=true',
    `--collector.otlp.http.host-port=127.0.0.1:${otlpPort}`,
    `--query.http-server.host-port=127.0.0.1:${queryPort}`,
    `--admin.http.host-port=127.0.0.1:${adminPort}`,
    ...closed.map((server) => `--${server}.host-port=127.0.0.1:0`),
    ...['jaeger-compact', 'jaeger-binary', 'zipkin-compact'].map(
      (processor) => `--processor.${processor}.server-host-port=127.0.0.1:0`,
    ),
  ];
}

/** Jaeger would trace itself, into nowhere. */
export const jaegerEnv = { OTEL_TRACES_SAMPLER: 'always_off' };
