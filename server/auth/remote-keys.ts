import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { unavailable } from '../errors.ts';

type Log = { warn(fields: object, line: string): void; info(line: string): void };

/** Read again after this long, so that a key that was withdrawn is refused. */
const CACHE_MS = 10 * 60_000;
/** A token that names a new key makes us ask, but not more often than this, whatever tokens are shown. */
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
/** Not asked again so soon after it did not answer. */
const FAILURE_COOLDOWN_MS = 1_000;
/** How long the last keys are used while no newer ones can be had: an outage there is none here. */
const STALE_MS = 24 * 3_600_000;

/**
 * The identity provider's keys, read when the first token needs them and again when one names a key that is new. While they
 * cannot be had, the last ones serve; without any, whoever shows a token is told UNAVAILABLE and may come again with it, not
 * that it is bad.
 */
export function createRemoteKeys({ url, log }: { url: string; log: Log }): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: CACHE_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
  });
  let last: { readonly jwks: JSONWebKeySet; readonly at: number } | undefined;
  let failedAt: number | undefined;

  function failed(error: unknown) {
    if (failedAt === undefined)
      log.warn({ err: error }, 'the keys at AUTH_JWKS_URL cannot be read; the last ones serve, where there are any');
    failedAt = Date.now();
  }

  return async function keyOf(header, token) {
    if (failedAt === undefined || Date.now() - failedAt >= FAILURE_COOLDOWN_MS) {
      try {
        const key = await keys(header, token);
        if (failedAt !== undefined) log.info('the keys at AUTH_JWKS_URL can be read again');
        failedAt = undefined;
        if (!last || Date.now() - last.at >= COOLDOWN_MS) last = { jwks: keys.jwks()!, at: Date.now() };
        return key;
      } catch (error) {
        if (isAboutTheToken(error)) throw error;
        failed(error);
      }
    }
    if (!last || Date.now() - last.at > STALE_MS) throw unavailable();
    try {
      return await createLocalJWKSet(last.jwks)(header, token);
    } catch {
      throw unavailable(); // it may be a newer key's
    }
  };
}

const isAboutTheToken = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;
