import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { jaegerArgs, jaegerBinary, jaegerEnv } from '../../scripts/jaeger-binary.mjs';
import { eventually } from './eventually.ts';
import { freePort } from './redis.ts';

/** What Jaeger's API says of a span, as far as we look. */
export type JaegerSpan = {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: { readonly refType: string; readonly spanID: string }[];
  readonly tags: { readonly key: string; readonly value: unknown }[];
};

/** Whether `npm run jaeger` has built one here. Where it has not, a receiver of our own hears the same spans. */
export const hasJaeger = existsSync(jaegerBinary);

export async function startJaeger() {
  const [otlpPort, queryPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const server = spawn(jaegerBinary, [...jaegerArgs({ otlpPort, queryPort, adminPort }), '--log-level=error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: jaegerEnv,
  });
  const api = `http://127.0.0.1:${queryPort}/api`;
  await eventually('Jaeger is ready', async () => (await fetch(`${api}/services`).catch(() => undefined))?.ok);
  return {
    /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
    url: `http://127.0.0.1:${otlpPort}`,
    async trace(traceId: string): Promise<JaegerSpan[]> {
      const { data } = (await (await fetch(`${api}/traces/${traceId}`)).json()) as {
        data: { spans: JaegerSpan[] }[] | null;
      };
      return data?.[0]?.spans ?? [];
    },
    /** The ids of the traces in which a span has this attribute. */
    async find(attribute: string, value: string): Promise<string[]> {
      const search = new URLSearchParams({ service: 'parley', tags: JSON.stringify({ [attribute]: value }) });
      const { data } = (await (await fetch(`${api}/traces?${search}`)).json()) as { data: { traceID: string }[] };
      return data.map(({ traceID }) => traceID);
    },
    async stop() {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    },
  };
}
