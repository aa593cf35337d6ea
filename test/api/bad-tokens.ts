import { generateKeyPairSync } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { tokenFor } from '../harness/actor.ts';
import { AUTH_SECRET } from '../harness/server.ts';

/** What must not let anybody in, as the value of Authorization; undefined: none at all. */
export async function badTokens(): Promise<Record<string, string | undefined>> {
  const key = new TextEncoder().encode(AUTH_SECRET);
  const good = await tokenFor({ role: 'MANAGER' });
  const [header, payload, signature] = good.split('.') as [string, string, string];
  const raised = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...raised, sub: 'somebody else' })).toString('base64url');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const claims = { sub: 'mallory', role: 'manager', name: 'Mallory' };
  const nextHour = Math.floor(Date.now() / 1000) + 3_600;
  const jwt = (header: JWTHeaderParameters = { alg: 'HS256' }, more: JWTPayload = {}) =>
    new SignJWT({ ...claims, exp: nextHour, ...more }).setProtectedHeader(header);
  const tokens = {
    'a token that is none': 'rubbish',
    'a changed payload': [header, forged, signature].join('.'),
    'a missing signature': [header, payload, ''].join('.'),
    'another key': await jwt().sign(new TextEncoder().encode('another secret that is long enough: 0123')),
    'alg: none': new UnsecuredJWT({ ...claims, exp: nextHour }).encode(),
    'another algorithm with the same secret': await jwt({ alg: 'HS512' }).sign(key),
    'an algorithm of which no key is known': await jwt({ alg: 'RS256', kid: 'x' }).sign(privateKey),
    'a session cookie’s token': await jwt({ alg: 'HS256', typ: 'parley-session+jwt' }).sign(key),
    'an expired token': await tokenFor({ expiresInSeconds: -1 }),
    'a token that is not valid yet': await jwt().setNotBefore('5m').sign(key),
    'a token without expiry': await jwt(undefined, { exp: undefined }).sign(key),
    'a token without subject': await jwt(undefined, { sub: undefined }).sign(key),
    'a role that does not exist': await jwt(undefined, { role: 'admin' }).sign(key),
    'a name with NUL': await jwt(undefined, { name: 'a\0b' }).sign(key),
  };
  return {
    'no token': undefined,
    'another scheme': `Basic ${Buffer.from('ada:secret').toString('base64')}`,
    'a scheme without a token': 'Bearer',
    ...Object.fromEntries(Object.entries(tokens).map(([what, token]) => [what, `Bearer ${token}`])),
  };
}
