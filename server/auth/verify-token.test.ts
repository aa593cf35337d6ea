import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { ChatError } from '../errors.ts';
import { createRemoteKeys } from './remote-keys.ts';
import { signToken } from './sign-token.ts';
import { createVerifyToken } from './verify-token.ts';

const own = new TextEncoder().encode('the secret of this installation, 256 bits');
const now = () => Math.floor(Date.now() / 1000);

/** An identity provider whose keys can change and go away. */
const provider = { status: 200, keys: [] as object[], asked: 0 };
const server = createServer((_request, response) => {
  provider.asked++;
  response
    .writeHead(provider.status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ keys: provider.keys }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
after(() => void server.close());

const algorithms = ['EdDSA', 'ES256', 'RS256'] as const;
const pairs = Object.fromEntries(
  await Promise.all(
    [...algorithms, 'RS512', 'PS256'].map(async (alg) => [alg, await generateKeyPair(alg, { extractable: true })]),
  ),
) as Record<string, { privateKey: CryptoKey; publicKey: CryptoKey }>;
const publish = async (...algs: string[]) => {
  provider.keys = await Promise.all(
    algs.map(async (alg) => ({ ...(await exportJWK(pairs[alg]!.publicKey)), kid: alg, alg, use: 'sig' })),
  );
};
await publish(...algorithms, 'RS512', 'PS256');

const signed = (alg: string, claims: JWTPayload = {}, header: object = {}) =>
  new SignJWT({ sub: 'ada', role: 'agent', name: 'Ada', iat: now(), exp: now() + 60, ...claims })
    .setProtectedHeader({ alg, kid: alg, ...header })
    .sign(pairs[alg]!.privateKey);

const told: string[] = [];
const log = { warn: (_: object, line: string) => told.push(line), info: (line: string) => told.push(line) };
const setUp = (more: object = {}) =>
  createVerifyToken({ keys: [own], remoteKeys: createRemoteKeys({ url, log }), ...more });
const code =
  (expected: string, words = /./) =>
  (error: unknown) =>
    error instanceof ChatError && error.code === expected && words.test(error.message);

describe('an identity provider’s tokens', () => {
  test('are taken with EdDSA, ES256 and RS256, beside our own', async () => {
    const verify = setUp();
    for (const alg of algorithms) {
      const { sub, role, name } = await verify(await signed(alg));
      assert.deepEqual([sub, role, name], ['ada', 'AGENT', 'Ada']);
    }
    const ours = await signToken(own, { sub: 'cleo', role: 'CUSTOMER', name: 'Cleo', expiresInSeconds: 60 });
    assert.equal((await verify(ours)).sub, 'cleo');
    assert.equal(provider.asked, 1);
  });

  test('not with other algorithms, though there is a key for them', async () => {
    for (const alg of ['RS512', 'PS256']) await assert.rejects(setUp()(await signed(alg)), code('UNAUTHENTICATED'));
  });

  test('not with the public key as the secret of an HMAC', async () => {
    const spki = await exportSPKI(pairs.RS256!.publicKey);
    const [header, payload] = [
      { alg: 'HS256', kid: 'RS256' },
      { sub: 'ada', role: 'manager', exp: now() + 60 },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const signature = createHmac('sha256', spki).update(`${header}.${payload}`).digest('base64url');
    await assert.rejects(setUp()(`${header}.${payload}.${signature}`), code('UNAUTHENTICATED'));
  });

  test('not with a key that the token brings along', async () => {
    const jwk = await exportJWK(pairs.PS256!.publicKey);
    await assert.rejects(setUp()(await signed('PS256', {}, { jwk, jku: url, alg: 'PS256' })), code('UNAUTHENTICATED'));
  });

  test('not with a key that is unknown, and at once when it becomes known', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    await publish('ES256');
    const verify = setUp();
    await verify(await signed('ES256'));
    await assert.rejects(verify(await signed('EdDSA')), code('UNAUTHENTICATED'));
    await publish('EdDSA');
    t.mock.timers.tick(31_000); // the provider is not asked more often, whatever tokens are shown
    assert.equal((await verify(await signed('EdDSA'))).sub, 'ada');
    await publish(...algorithms);
  });

  test('are UNAVAILABLE, not bad, while its keys cannot be read; it is logged once', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const verify = setUp();
    provider.status = 500;
    told.length = 0;
    for (let n = 0; n < 3; n++) await assert.rejects(verify(await signed('ES256')), code('UNAVAILABLE'));
    assert.equal(told.length, 1);
    await verify(await signToken(own, { sub: 'cleo', role: 'CUSTOMER', name: 'Cleo', expiresInSeconds: 60 }));
    provider.status = 200;
    t.mock.timers.tick(1_100); // it is not asked again at once
    await verify(await signed('ES256'));
    assert.equal(told.length, 2);

    const nowhere = createVerifyToken({
      keys: [own],
      remoteKeys: createRemoteKeys({ url: 'http://127.0.0.1:1/', log }),
    });
    await assert.rejects(nowhere(await signed('ES256')), code('UNAVAILABLE'));
  });
});

describe('an identity provider that is away', () => {
  test('is none to those whose keys are known; a new key waits for it', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    await publish('ES256');
    const verify = setUp();
    await verify(await signed('ES256'));
    provider.status = 500;
    t.mock.timers.tick(11 * 60_000); // the keys would be read again by now
    assert.equal((await verify(await signed('ES256'))).sub, 'ada');
    await assert.rejects(verify(await signed('EdDSA')), code('UNAVAILABLE'));
    const { asked } = provider;
    await verify(await signed('ES256'));
    assert.equal(provider.asked, asked, 'not asked again within a second');
    provider.status = 200;
    await publish(...algorithms);
    t.mock.timers.tick(1_100);
    assert.equal((await verify(await signed('EdDSA'))).sub, 'ada');
    t.mock.timers.tick(2_000);
    provider.status = 500;
    t.mock.timers.tick(25 * 3_600_000); // what was known a day ago may have been withdrawn
    await assert.rejects(verify(await signed('ES256')), code('UNAVAILABLE'));
    provider.status = 200;
  });
});

describe('secrets', () => {
  const next = new TextEncoder().encode('the secret that is to follow it, 256 bits');
  const claims = { sub: 'cleo', role: 'CUSTOMER', name: 'Cleo', expiresInSeconds: 60 } as const;

  test('are changed without a break: two are accepted at once, a third is not', async () => {
    const both = createVerifyToken({ keys: [next, own], remoteKeys: undefined });
    for (const key of [next, own]) assert.equal((await both(await signToken(key, claims))).sub, 'cleo');
    const after = createVerifyToken({ keys: [next], remoteKeys: undefined });
    await assert.rejects(after(await signToken(own, claims)), code('UNAUTHENTICATED', /signature does not match/));
  });
});

describe('what a refusal says', () => {
  test('is why, in words', async () => {
    const cases: [token: string, words: RegExp][] = [
      [await signed('ES256', {}, { kid: 'unknown' }), /key that is not known/],
      [await signed('PS256'), /algorithm is not accepted/],
      [`${(await signed('ES256')).slice(0, -8)}AAAAAAAA`, /signature does not match/],
      ['rubbish', /not valid/],
    ];
    for (const [token, words] of cases) await assert.rejects(setUp()(token), code('UNAUTHENTICATED', words));
  });
});

describe('issuer and audience, where they are configured', () => {
  const verify = () => setUp({ issuer: 'https://id.example', audience: 'chat' });
  const good = { iss: 'https://id.example', aud: ['shop', 'chat'] };
  const byHmac = (claims: JWTPayload) =>
    new SignJWT({ sub: 'ada', role: 'agent', exp: now() + 60, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(own);

  test('must be these, whoever signed', async () => {
    for (const sign of [(claims: JWTPayload) => signed('ES256', claims), byHmac]) {
      assert.equal((await verify()(await sign(good))).sub, 'ada');
      for (const aud of [undefined, 'shop', []])
        await assert.rejects(verify()(await sign({ ...good, aud })), code('UNAUTHENTICATED', /"aud"/));
      for (const iss of [undefined, 'https://evil.example'])
        await assert.rejects(verify()(await sign({ ...good, iss })), code('UNAUTHENTICATED', /"iss"/));
    }
    // "parley" is what our own tokens say; a provider's may not.
    await assert.rejects(verify()(await signed('ES256', { ...good, iss: 'parley' })), code('UNAUTHENTICATED', /"iss"/));
  });

  test('are not asked of our own', async () => {
    const ours = await signToken(own, { sub: 'cleo', role: 'CUSTOMER', name: 'Cleo', expiresInSeconds: 60 });
    assert.equal((await verify()(ours)).sub, 'cleo');
  });
});

describe('claims', () => {
  test('what is missing, expired or not yet valid is said', async () => {
    const cases: [claims: JWTPayload, words: RegExp][] = [
      [{ sub: undefined }, /"sub"/],
      [{ role: undefined }, /"role"/],
      [{ exp: undefined }, /"exp"/],
      [{ exp: now() }, /expired/],
      [{ exp: now() - 30 }, /expired/],
      [{ exp: now() - 3_600 }, /expired/],
      [{ nbf: now() + 120 }, /"nbf"/],
      [{ iat: now() + 120 }, /"iat" is in the future/],
      [{ iat: -1 }, /"iat"/],
      [{ sid: 7 as unknown as string }, /"sid"/],
      [{ role: 'admin' }, /"role"/],
      [{ sub: '' }, /"sub"/],
      [{ sub: 'x'.repeat(201) }, /"sub"/],
      [{ name: 'a\0b' }, /"name"/],
      [{ name: '\ud83d' }, /"name"/],
    ];
    for (const [claims, words] of cases)
      await assert.rejects(
        setUp()(await signed('ES256', claims)),
        code('UNAUTHENTICATED', words),
        JSON.stringify(claims),
      );
  });

  test('clocks may differ by a minute', async () => {
    await setUp()(await signed('ES256', { nbf: now() + 50, iat: now() + 50 }));
  });

  test('a name is the sub where there is none, and "never" is a date', async () => {
    const { name, expiresAt, issuedAt } = await setUp()(
      await signed('ES256', { name: undefined, iat: undefined, exp: Number.MAX_SAFE_INTEGER }),
    );
    assert.deepEqual([name, issuedAt], ['ada', 0]);
    assert.ok(!Number.isNaN(new Date(expiresAt * 1000).getTime()));
  });

  test('rubbish is refused', async () => {
    for (const token of ['', '.', '..', 'a.b.c', 'x'.repeat(10_000), 'e30.e30.'])
      await assert.rejects(setUp()(token), code('UNAUTHENTICATED'));
  });
});
