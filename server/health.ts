import type { RequestListener } from 'node:http';
import type { Log } from './telemetry/log.ts';

/** What probes ask every kind of process: /livez, whether it runs; /readyz, whether it can do its work. */
export type Health = { readonly live: RequestListener; readonly ready: RequestListener };

type Parts = { log: Log; whyNotReady: () => Promise<string | undefined> };

export function createHealth({ log, whyNotReady }: Parts): Health {
  return {
    live: answerWith(200, 'ok\n'),
    async ready(request, response) {
      // Why it is not is for the log: the port may be open to everybody.
      const reason = await whyNotReady();
      if (reason) log.debug({ reason }, 'not ready');
      answerWith(reason ? 503 : 200, reason ? 'not ready\n' : 'ok\n')(request, response);
    },
  };
}

const answerWith =
  (status: number, text: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
