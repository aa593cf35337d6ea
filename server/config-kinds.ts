import { z } from 'zod';
import { parseRedisAddress } from './redis-address.ts';

/** The kinds of values that settings have; each says what would be right. */

export const whole = (min: number, max: number, error: string) =>
  z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
export const port = whole(0, 65_535, 'must be a port, from 0 to 65535');
/** The longest that setTimeout can wait. */
export const MAX_MS = 2 ** 31 - 1;
export const ms = (fallback: number) => whole(0, MAX_MS, 'must be a whole number of milliseconds').default(fallback);
export const count = (fallback: number) => whole(1, MAX_MS, 'must be a whole number, 1 or more').default(fallback);
export const oneOf = <const Name extends string>(...names: Name[]) =>
  z.enum(names, { error: `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}` });
export const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: `must be a URL starting with ${protocols.map((p) => `${p}://`).join(' or ')}`,
  });
export const redisUrl = z.string().refine((value) => parseRedisAddress(value) !== undefined, {
  error:
    'must be a URL such as redis://host:6379, redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379 (rediss with TLS)',
});
export const onOff = oneOf('on', 'off').transform((v) => v === 'on');

/** Whether a URL leads no further than this machine: what is sent there in the clear is seen by nobody. */
export const isThisMachine = (address: string) => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(address).hostname);
