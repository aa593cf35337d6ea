import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeOtlp, type ReceivedSpan } from './decode-otlp.ts';

export type { ReceivedSpan };

/** A real OTLP/HTTP collector, as far as traces go, in protobuf or JSON. */
export type OtlpReceiver = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Every byte that came in, to look for what must not be there. */
  readonly bytes: () => Buffer;
  /** Resolves with what the condition returns as soon as that is truthy; it is asked again whenever spans come in. */
  waitFor<T>(condition: (spans: readonly ReceivedSpan[]) => T, timeoutMs?: number): Promise<Truthy<T>>;
  stop(): Promise<void>;
};

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** @param answer The HTTP status it answers with; 'never': it takes every request, as a collector that is stuck does. */
export async function startOtlpReceiver({ answer = 200 }: { answer?: number | 'never' } = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const listeners = new Set<() => void>();

  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    bodies.push(body);
    if (request.url === '/v1/traces') spans.push(...decodeOtlp(body, request.headers['content-type']));
    for (const listener of listeners) listener();
    if (answer !== 'never') response.writeHead(request.url === '/v1/traces' ? answer : 404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bytes: () => Buffer.concat(bodies),
    waitFor(condition, timeoutMs = 10_000) {
      const { promise, resolve, reject } = Promise.withResolvers<Truthy<ReturnType<typeof condition>>>();
      const check = () => {
        const found = condition(spans);
        if (found) resolve(found as Truthy<typeof found>);
      };
      const timer = setTimeout(() => {
        const seen = spans.map(({ traceId, name }) => `${traceId} ${name}`).join('\n');
        reject(new Error(`The spans waited for did not come within ${timeoutMs} ms. There were:\n${seen || 'none'}`));
      }, timeoutMs);
      listeners.add(check);
      check();
      return promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(check);
      });
    },
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
