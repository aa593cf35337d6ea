import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Config } from './config.ts';

/**
 * Which pages may use this server from a browser: its own, and those in ALLOWED_ORIGINS. Programs that are no browsers send
 * no Origin. A page needs a token besides; this keeps pages from being the way in for one that has leaked to them.
 */
export type AllowedOrigins = {
  allows(request: IncomingMessage): boolean;
  /** Lets pages of the allowed origins call an HTTP route with a token. Cookies are not among what they may send. */
  readonly cors: RequestHandler;
};

/** How long a browser may remember the answer to a preflight, in seconds. */
const PREFLIGHT_S = 600;

export function createAllowedOrigins({
  ALLOWED_ORIGINS = [],
  PUBLIC_URL,
}: Pick<Config, 'ALLOWED_ORIGINS' | 'PUBLIC_URL'>): AllowedOrigins {
  const listed = new Set(ALLOWED_ORIGINS.map((origin) => origin.toLowerCase()));
  const own = PUBLIC_URL && new URL(PUBLIC_URL).origin;

  return {
    allows({ headers: { origin, host } }) {
      if (origin === undefined || origin === own || listed.has(origin)) return true;
      return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
    },
    cors(request, response, next) {
      const { origin } = request.headers;
      if (listed.size > 0) response.vary('origin');
      if (origin === undefined || !listed.has(origin)) return next();
      response.set('access-control-allow-origin', origin);
      response.set('access-control-expose-headers', 'retry-after');
      if (request.method !== 'OPTIONS') return next();
      response.set({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, traceparent',
        'access-control-max-age': String(PREFLIGHT_S),
      });
      response.status(204).end();
    },
  };
}
