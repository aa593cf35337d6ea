import express, { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { answerHttpError } from '../answer-http-error.ts';
import type { ClientAddress } from '../client-address.ts';
import type { Db } from '../db.ts';
import { badInput, ChatError } from '../errors.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { Log } from '../telemetry/log.ts';
import { type DashboardSessions, type NewSession, SESSION_S } from './dashboard-session.ts';
import type { Oidc } from './oidc.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { readCookie } from './read-cookie.ts';
import type { SignIn } from './sign-in.ts';

const COOKIE = 'parley_session';
const MAX_BODY = '4kb';
const signInBody = z.object({ code: z.string().min(1).max(100) });

/**
 * The dashboard's sign-in over HTTP. Only JSON is taken, which no form and no foreign page can send with the cookie
 * (SameSite=Strict, and no CORS).
 */
type Parts = {
  db: Db;
  log: Log;
  dashboard: DashboardSignIn | undefined;
  publicUrl: () => string;
  secureCookies: boolean;
  limits: RateLimits;
  addressOf: ClientAddress;
};

/** How managers and agents get into the dashboard: with the provider where there is one, else by links. */
export type DashboardSignIn = {
  readonly sessions: DashboardSessions;
  readonly keys: readonly [Uint8Array, ...Uint8Array[]];
  readonly links: SignIn | undefined;
  readonly oidc: Oidc | undefined;
};

export function authRoutes(parts: Parts): Router {
  const { dashboard, secureCookies, limits, addressOf } = parts;
  const router = Router();
  router.use(express.json({ limit: MAX_BODY, strict: true }));
  router.use((request, response, next) => {
    response.set('cache-control', 'no-store');
    if (request.method === 'POST' && !request.is('application/json')) {
      return void response
        .status(415)
        .json({ error: { code: 'BAD_USER_INPUT', message: 'Send JSON: "content-type: application/json".' } });
    }
    next();
  });

  if (dashboard?.oidc) router.use('/oidc', oidcRoutes({ ...parts, ...dashboard, oidc: dashboard.oidc, keepSession }));
  // For the page that says how to sign in.
  router.get('/methods', (_request, response) => void response.json({ oidc: Boolean(dashboard?.oidc) }));

  type Handle = (dashboard: DashboardSignIn, request: Request, response: Response) => Promise<unknown>;
  const post = (path: string, handle: Handle) =>
    router.post(path, async (request, response) => {
      try {
        if (!dashboard) throw new ChatError('FORBIDDEN', 'Signing in needs AUTH_SECRET to be set in production.');
        response.json(await handle(dashboard, request, response));
      } catch (error) {
        answerHttpError(response, error);
      }
    });

  post('/sign-in', async ({ links }, request, response) => {
    if (!links) throw new ChatError('FORBIDDEN', 'There are no sign-in links here: sign in with your account.');
    const parsed = signInBody.safeParse(request.body);
    if (!parsed.success) throw badInput('code', 'must be the code of a sign-in link.');
    const address = addressOf(request);
    // Spent before it is known to be a failure, or as many guesses as are under way at once would be free.
    limits.spend('failed_logins_per_address', address);
    const begun = await links.exchange(parsed.data.code);
    limits.giveBack('failed_logins_per_address', address);
    keepSession(response, begun);
    return { expiresAt: begun.expiresAt };
  });
  post('/token', ({ sessions }, request) => sessions.bearer(readCookie(request, COOKIE)));
  post('/try-it', ({ sessions }, request) => sessions.tryIt(readCookie(request, COOKIE)));
  post('/sign-out', async ({ sessions, oidc }, request, response) => {
    response.clearCookie(COOKIE, cookie());
    await sessions.end(readCookie(request, COOKIE));
    return { goOn: (await oidc?.signOutUrl(new URL('/sign-in', parts.publicUrl()).href)) ?? null };
  });
  return router;

  function keepSession(response: Response, { session }: NewSession): void {
    response.cookie(COOKIE, session, { ...cookie(), maxAge: SESSION_S * 1_000 });
  }

  function cookie() {
    return { httpOnly: true, sameSite: 'strict', secure: secureCookies, path: '/auth' } as const;
  }
}
