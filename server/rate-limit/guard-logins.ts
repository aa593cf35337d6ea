import { LRUCache } from 'lru-cache';
import type { Authenticate, Authenticated } from '../auth/authenticate.ts';
import type { Device } from '../auth/device.ts';
import { ChatError } from '../errors.ts';
import { upTo } from '../up-to.ts';
import type { RateLimits } from './rate-limits.ts';

/**
 * Authentication with a limit on how often an address may fail at it: verifying a signature is the dearest thing that
 * somebody without a token can ask for. Tokens that were good before are not held up by others behind the same address.
 */
export type GuardedAuthenticate = (address: string, authorization: unknown, device: Device) => Promise<Authenticated>;

const MAX_REMEMBERED = 20_000;

export function guardLogins({
  authenticate,
  limits,
}: {
  authenticate: Authenticate;
  limits: RateLimits;
}): GuardedAuthenticate {
  const good = new LRUCache<string, true>(upTo(MAX_REMEMBERED));
  return async function guardedAuthenticate(address, authorization, device) {
    if (typeof authorization !== 'string') return authenticate(authorization, device);
    if (!good.has(authorization) && limits.isSpent('failed_logins_per_address', address))
      throw limits.refusal('failed_logins_per_address');
    try {
      const authenticated = await authenticate(authorization, device);
      good.set(authorization, true);
      return authenticated;
    } catch (error) {
      if (error instanceof ChatError && error.code === 'UNAUTHENTICATED')
        limits.charge('failed_logins_per_address', address);
      throw error;
    }
  };
}
