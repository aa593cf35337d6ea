import { type Request, type Response, Router } from 'express';
import { SignJWT } from 'jose';
import * as openid from 'openid-client';
import type { ClientAddress } from '../client-address.ts';
import type { Db } from '../db.ts';
import { ChatError } from '../errors.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { Log } from '../telemetry/log.ts';
import type { DashboardSessions, NewSession } from './dashboard-session.ts';
import type { Attempt, Oidc } from './oidc.ts';
import { readCookie } from './read-cookie.ts';
import { verifyWithAny } from './verify-with-any.ts';

/**
 * The two addresses that a browser goes to, rather than a page: out to the provider, and back. What is remembered meanwhile is
 * in a signed cookie of that browser alone; whatever goes wrong ends on the page for signing in, with a word for it.
 */
export const CALLBACK = '/auth/oidc/callback';
const COOKIE = 'parley_sign_in';
const TYPE = 'parley-sign-in+jwt';
/** How long somebody may take at the provider, in seconds. */
const ATTEMPT_S = 600;

export type OidcParts = {
  oidc: Oidc;
  db: Db;
  sessions: DashboardSessions;
  keys: readonly [Uint8Array, ...Uint8Array[]];
  secureCookies: boolean;
  limits: RateLimits;
  addressOf: ClientAddress;
  log: Log;
  publicUrl: () => string;
  keepSession: (response: Response, session: NewSession) => void;
};

export function oidcRoutes(parts: OidcParts): Router {
  const { oidc, db, sessions, keys, limits, addressOf, log, publicUrl, keepSession } = parts;
  // Lax, because the way back is a link of another site. It opens nothing: without the provider's code it is worth nothing.
  const cookie = { httpOnly: true, sameSite: 'lax', secure: parts.secureCookies, path: '/auth/oidc' } as const;
  const router = Router();

  router.get('/start', async (_request, response) => {
    try {
      const { url, attempt } = await oidc.begin(new URL(CALLBACK, publicUrl()).href);
      const kept = await new SignJWT({ ...attempt })
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setIssuedAt()
        .setExpirationTime(`${ATTEMPT_S}s`)
        .sign(keys[0]);
      response.cookie(COOKIE, kept, { ...cookie, maxAge: ATTEMPT_S * 1_000 });
      response.redirect(303, url.href);
    } catch (error) {
      refuse(response, error);
    }
  });

  router.get('/callback', async (request, response) => {
    // Once: what comes back again is not looked at.
    response.clearCookie(COOKIE, cookie);
    try {
      const address = addressOf(request);
      // Spent before it is known to be a failure, as with codes of links.
      limits.spend('failed_logins_per_address', address);
      const attempt = await attemptOf(request);
      const user = await oidc.finish(new URL(request.originalUrl, publicUrl()), attempt);
      keepSession(response, await sessions.begin(db, user));
      limits.giveBack('failed_logins_per_address', address);
      response.redirect(303, '/');
    } catch (error) {
      refuse(response, error);
    }
  });
  return router;

  async function attemptOf(request: Request): Promise<Attempt> {
    const kept = await verifyWithAny(readCookie(request, COOKIE) ?? '', keys, { typ: TYPE }).catch(() => undefined);
    if (!kept) throw new Expired();
    return kept as unknown as Attempt;
  }

  function refuse(response: Response, error: unknown): void {
    const problem = problemOf(error);
    // Neither codes nor tokens are in what openid-client says; its cause is the whole answer, so it stays out.
    const { code, error: answered, message } = error as { code?: unknown; error?: unknown; message?: unknown };
    log.warn({ problem, code, answered, reason: message }, 'a sign-in with the OpenID provider failed');
    response.redirect(303, `/sign-in?problem=${problem}`);
  }
}

class Expired extends Error {
  override message = 'nothing is known of where this browser comes back from';
}

/** The dashboard has a sentence for each. */
function problemOf(error: unknown): string {
  if (error instanceof Expired) return 'expired';
  if (error instanceof ChatError)
    return { FORBIDDEN: 'no-role', CONFLICT: 'not-agent', RATE_LIMITED: 'too-often' }[error.code as string] ?? 'failed';
  if (error instanceof openid.AuthorizationResponseError) return answers[error.error] ?? 'failed';
  const { code } = error as { code?: string };
  return error instanceof TypeError || (code && silences.has(code)) ? 'provider' : 'failed';
}

const answers: Record<string, string> = {
  access_denied: 'denied',
  server_error: 'provider',
  temporarily_unavailable: 'provider',
};
/** openid-client's words for no answer, or one that is none of a provider's. (fetch's is a TypeError.) */
const silences = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);
