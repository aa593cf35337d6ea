import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { unavailable } from '../errors.ts';

type Log = { warn(fields: object, line: string): void; info(line: string): void };

/**
 * The identity provider's keys, read when the first token needs them and again when one names a key that is new. Keys that
 * cannot be had are no fault of who shows a token: they are told UNAVAILABLE and may come again with it, not that it is bad.
 */
export function createRemoteKeys({ url, log }: { url: string; log: Log }): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url));
  let away = false;
  return async function keyOf(header, token) {
    try {
      const key = await keys(header, token);
      if (away) log.info('the keys at AUTH_JWKS_URL can be read again');
      away = false;
      return key;
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      if (!away)
        log.warn({ err: error }, 'the keys at AUTH_JWKS_URL cannot be read; their tokens are refused meanwhile');
      away = true;
      throw unavailable();
    }
  };
}

const isAboutTheToken = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;
