import { once } from 'node:events';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import express, { type ErrorRequestHandler, type Request } from 'express';
import helmet from 'helmet';
import { deviceOf } from './auth/device.ts';
import { authRoutes } from './auth/http-routes.ts';
import { type Config, ConfigError } from './config.ts';
import type { App } from './graphql/app-parts.ts';
import { createGate } from './graphql/gate.ts';
import { graphiqlRoutes } from './graphql/graphiql.ts';
import { graphqlOverHttp } from './graphql/http.ts';
import { type SocketServer, startSocketServer } from './graphql/socket.ts';
import { createHealth } from './health.ts';
import { localUrl } from './local-url.ts';
import { exportRoutes } from './participants/export-routes.ts';
import { readTlsFiles } from './read-tls-files.ts';
import { serveDashboard } from './serve-dashboard.ts';
import { surveyWebhookRoutes } from './surveys/providers/webhook-routes.ts';
import type { Log } from './telemetry/log.ts';

/** API and dashboard on one port. */
export type HttpServer = {
  readonly url: string;
  /** The same as this very machine reaches it. */
  readonly ownUrl: string;
  /** Not ready any more, no new connections, sockets told to come back elsewhere, running requests finished. */
  drain(): Promise<void>;
};

const IDLE_CHECK_MS = 25;
const dashboard = fileURLToPath(new URL('../dashboard/out', import.meta.url));

export async function startHttpServer(app: App): Promise<HttpServer> {
  const { config } = app;
  let draining = false;
  const tls = readTlsFiles(config);
  const isSecure = tls !== undefined || (config.PUBLIC_URL?.startsWith('https:') ?? false);
  const gate = createGate(app);
  const graphql = await graphqlOverHttp(app, gate);
  const web = express();
  web.disable('x-powered-by');
  // Pages bring content policies of their own; everything else is helmet's default.
  web.use(helmet({ contentSecurityPolicy: false, strictTransportSecurity: isSecure }));
  const health = createHealth({
    log: app.log,
    whyNotReady: async () => (draining ? 'draining' : app.whyNotReady()),
  });
  web.get('/livez', health.live);
  web.get('/readyz', health.ready);
  let url = config.PUBLIC_URL ?? '';
  web.use('/auth', authRoutes({ ...app, ...gate, secureCookies: isSecure, publicUrl: () => url }));
  const authenticate = (request: Request) =>
    gate.authenticate(
      gate.addressOf(request),
      request.headers.authorization,
      deviceOf(request.headers, undefined, config.LOCATION_HEADER),
    );
  web.use('/export', exportRoutes({ ...app, authenticate }));
  const { surveyReferences, surveyProvider: provider } = app;
  if (surveyReferences) web.use('/webhooks', surveyWebhookRoutes({ ...app, ...gate, surveyReferences, provider }));
  if (config.NODE_ENV !== 'production') web.use('/graphql', graphiqlRoutes());
  web.use('/graphql', graphql.routes);
  web.use(serveDashboard(dashboard, app));
  web.use(answerError(app.log));

  const server = tls ? createSecureServer({ ...timeouts(config), ...tls }, web) : createServer(timeouts(config), web);
  const sockets: SocketServer = startSocketServer(app, gate, server);
  await listen(server, config.PORT, config.HOST);
  const { port } = server.address() as AddressInfo;
  url ||= localUrl(config, port);
  return {
    ownUrl: `http${tls ? 's' : ''}://${reachable(config.HOST)}:${port}`,
    url,
    async drain() {
      if (draining) return;
      draining = true;
      // Still reachable, so that whoever asks /readyz hears it instead of a refused connection.
      await sleep(config.DRAIN_DELAY_MS);
      const closed = once(server, 'close');
      server.close();
      await sockets.drain();
      // A kept-alive connection becomes idle when its last response is out.
      const closing = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      // A request that was never finished by its sender must not take the time of what has to be finished here.
      const cut = setTimeout(() => server.closeAllConnections(), config.DRAIN_TIMEOUT_MS / 2);
      await closed;
      clearInterval(closing);
      clearTimeout(cut);
      await graphql.stop();
    },
  };
}

/** Who sends a request byte by byte is not waited for. Sockets are not requests any more, and have their own limits. */
const timeouts = ({ HTTP_REQUEST_TIMEOUT_MS }: Config): ServerOptions => ({
  keepAliveTimeout: 65_000,
  requestTimeout: HTTP_REQUEST_TIMEOUT_MS,
  headersTimeout: HTTP_REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: Math.min(HTTP_REQUEST_TIMEOUT_MS, 5_000),
});

/** Instead of Express' own answer, which shows a stack. */
const answerError =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, next) => {
    const status = typeof error.status === 'number' && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, 'a request failed');
    if (response.headersSent) return next(error);
    const message = status === 500 ? 'Something went wrong on our side.' : 'The request cannot be understood.';
    const code = status === 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_USER_INPUT';
    response.status(status).json({ error: { code, message } });
  };

/** An address of this machine, for one that means all of them. */
const reachable = (host: string) => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new ConfigError(`Port ${port} is in use. Stop what listens there, or choose another: PORT=4001 npm start`);
    if (code === 'EACCES')
      throw new ConfigError(`Port ${port} may not be used by this user. Choose one above 1023: PORT=4001 npm start`);
    if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
      throw new ConfigError(`HOST is "${host}": this machine has no such address.`);
    throw error;
  }
}
