import express, { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { ClientAddress } from '../client-address.ts';
import { badInput, ChatError, isDatabaseAway, unavailable } from '../errors.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import type { SignIn } from './sign-in.ts';

const COOKIE = 'parley_session';
const MAX_BODY = '4kb';
const signInBody = z.object({ code: z.string().min(1).max(100) });

/**
 * The dashboard's sign-in over HTTP. Only JSON is taken, which no form and no foreign page can send with the cookie
 * (SameSite=Strict, and no CORS).
 */
type Parts = {
  signIn: SignIn | undefined;
  secureCookies: boolean;
  limits: RateLimits;
  addressOf: ClientAddress;
};

export function authRoutes({ signIn, secureCookies, limits, addressOf }: Parts): Router {
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

  const post = (path: string, handle: (signIn: SignIn, request: Request, response: Response) => Promise<unknown>) =>
    router.post(path, async (request, response) => {
      try {
        if (!signIn) throw new ChatError('FORBIDDEN', 'Sign-in links need AUTH_SECRET to be set in production.');
        response.json(await handle(signIn, request, response));
      } catch (error) {
        answerError(response, error);
      }
    });

  post('/sign-in', async (signIn, request, response) => {
    const parsed = signInBody.safeParse(request.body);
    if (!parsed.success) throw badInput('code', 'must be the code of a sign-in link.');
    const address = addressOf(request);
    // Spent before it is known to be a failure, or as many guesses as are under way at once would be free.
    limits.spend('failed_logins_per_address', address);
    const { session, expiresAt } = await signIn.exchange(parsed.data.code);
    limits.giveBack('failed_logins_per_address', address);
    response.cookie(COOKIE, session, { ...cookie(), maxAge: signIn.sessionSeconds * 1000 });
    return { expiresAt };
  });
  post('/token', (signIn, request) => signIn.bearer(sessionOf(request)));
  post('/try-it', (signIn, request) => signIn.tryIt(sessionOf(request)));
  post('/sign-out', async (_signIn, _request, response) => {
    response.clearCookie(COOKIE, cookie());
    return {};
  });
  return router;

  function cookie() {
    return { httpOnly: true, sameSite: 'strict', secure: secureCookies, path: '/auth' } as const;
  }
}

function sessionOf({ headers }: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(headers.cookie ?? '')?.[1];
}

const statusOf: Partial<Record<ChatError['code'], number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

function answerError(response: Response, error: unknown): void {
  const known = error instanceof ChatError ? error : isDatabaseAway(error) ? unavailable() : undefined;
  if (!known) throw error;
  response.status(statusOf[known.code] ?? 400).json({ error: { code: known.code, message: known.message } });
}
