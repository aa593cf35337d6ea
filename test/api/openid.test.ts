import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ConfigError, loadConfig } from '../../server/config.ts';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { startOpenIdProvider } from '../harness/openid-provider.ts';
import { SmallBrowser } from '../harness/small-browser.ts';
import { startForFile } from './start-for-file.ts';

/* Managers and agents sign in to the dashboard with an OpenID provider: a certified one, in this process. */

const provider = await startOpenIdProvider();
after(() => provider.stop());
const client = { id: 'parley', secret: 'known to both' };
const server = await startForFile({
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: client.id,
  OIDC_CLIENT_SECRET: client.secret,
  OIDC_ROLE_CLAIM: 'realm_access.roles',
  OIDC_AGENT_ROLE: 'agent',
  OIDC_AGENT_ID_CLAIM: 'realm_access.id',
});
const START = `${server.url}/auth/oidc/start`;
const manager = () => ({ sub: randomUUID(), claims: { name: 'Max', realm_access: { roles: ['staff', 'manager'] } } });
const agent = (id: unknown) => ({
  sub: randomUUID(),
  claims: { name: 'Ada', realm_access: { roles: ['agent'], id } },
});
const ours = (url: URL) => url.origin === server.url;

async function ask(token: string, query: string): Promise<any> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
}
/** Out to the provider and back, up to the address that the provider sends the browser to. */
const comeBack = async (browser: SmallBrowser) => (await browser.go(START, ours)).url;
const problemOf = async (browser: SmallBrowser, callback: URL) =>
  new URL((await browser.ask(callback)).headers.get('location')!, server.url).search;

test('a provider that does not answer is said as such, and asked again', async () => {
  const { url } = await new SmallBrowser().go(START, ({ pathname }) => pathname === '/sign-in');
  assert.equal(url.search, '?problem=provider');
  // From here on it does.
  provider.register({ ...client, url: server.url });
});

test('a manager comes in with code, PKCE, state and nonce, and is who the provider says', async () => {
  const browser = new SmallBrowser();
  provider.person = manager();
  assert.deepEqual(await (await browser.ask(`${server.url}/auth/methods`)).json(), { oidc: true });
  const callback = await comeBack(browser);
  const asked = provider.asked.findLast(({ pathname }) => pathname === '/auth')!.searchParams;
  assert.equal(asked.get('code_challenge_method'), 'S256');
  assert.equal(asked.get('response_type'), 'code');
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok(asked.get(name)!.length >= 43, name);
  const [attempt] = browser.cookieLines.filter((line) => line.startsWith('parley_sign_in'));
  assert.match(attempt!, /HttpOnly; SameSite=Lax/);
  assert.match(attempt!, /Path=\/auth\/oidc;/);

  const answer = await browser.ask(callback);
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/']);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const [session, ...more] = browser.cookieLines.filter((line) => line.startsWith('parley_s'));
  assert.match(session!, /^parley_session=.*Path=\/auth; .*HttpOnly; SameSite=Strict/);
  assert.deepEqual(more, [], 'the attempt is forgotten');

  const { token } = (await (await browser.post(`${server.url}/auth/token`)).json()) as { token: string };
  const { data } = await ask(token, '{ viewer { name role externalId } kpiOverview { messagesTotal } }');
  assert.deepEqual(data.viewer, { name: 'Max', role: 'MANAGER', externalId: `oidc:${provider.person.sub}` });
});

test('an agent comes in as the one whom the application’s tokens name; who is both is a manager', async (t) => {
  const sub = randomUUID();
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada', sub });
  const tokenOf = async (person: typeof provider.person) => {
    const browser = new SmallBrowser();
    provider.person = person;
    await browser.ask(await comeBack(browser));
    return (await (await browser.post(`${server.url}/auth/token`)).json()) as { token: string; role: string };
  };
  const { token, role } = await tokenOf(agent(sub));
  assert.equal(role, 'AGENT');
  assert.deepEqual((await ask(token, '{ viewer { id role } }')).data.viewer, { id: ada.id, role: 'AGENT' });
  assert.equal((await ask(token, '{ kpiOverview { messagesTotal } }')).errors[0].extensions.code, 'FORBIDDEN');

  const both = { sub: randomUUID(), claims: { realm_access: { roles: ['agent', 'manager'], id: sub } } };
  const { data } = await ask((await tokenOf(both)).token, '{ viewer { role externalId } }');
  assert.deepEqual(data.viewer, { role: 'MANAGER', externalId: `oidc:${both.sub}` });
});

describe('nobody comes in', () => {
  test('who is an agent without an id, or with that of a customer or of Parley’s own', async (t) => {
    const sub = randomUUID();
    await connect(t, server, { sub });
    for (const [id, problem] of [
      [undefined, 'no-role'],
      ['', 'no-role'],
      [7, 'no-role'],
      ['x'.repeat(201), 'no-role'],
      [sub, 'not-agent'],
      ['parley:manager', 'not-agent'],
      ['oidc:max', 'not-agent'],
    ] as const) {
      const browser = new SmallBrowser();
      provider.person = agent(id);
      assert.equal(await problemOf(browser, await comeBack(browser)), `?problem=${problem}`, String(id));
      assert.equal((await browser.post(`${server.url}/auth/token`)).status, 401);
    }
  });

  test('who is neither manager nor agent, by whatever the claim is', async () => {
    for (const claims of [
      {},
      { realm_access: 'manager' },
      { realm_access: { roles: ['staff'] } },
      { role: 'manager' },
    ]) {
      const browser = new SmallBrowser();
      provider.person = { sub: randomUUID(), claims };
      assert.equal(await problemOf(browser, await comeBack(browser)), '?problem=no-role');
      assert.equal((await browser.post(`${server.url}/auth/token`)).status, 401);
    }
  });

  test('who declines, comes back in another browser, again, with another state or somebody else’s code', async () => {
    provider.person = null;
    const declined = new SmallBrowser();
    assert.equal(await problemOf(declined, await comeBack(declined)), '?problem=denied');

    provider.person = manager();
    const [mine, theirs] = [new SmallBrowser(), new SmallBrowser()];
    const [callback, other] = [await comeBack(mine), await comeBack(theirs)];
    assert.equal(await problemOf(new SmallBrowser(), callback), '?problem=expired');
    const mixed = new URL(callback);
    mixed.searchParams.set('code', other.searchParams.get('code')!);
    // Of another attempt: its PKCE verifier is another one.
    assert.notEqual(await problemOf(mine, mixed), '');
    assert.equal(await problemOf(mine, callback), '?problem=expired', 'an attempt is looked at once');
    const forged = new URL(other);
    forged.searchParams.set('state', callback.searchParams.get('state')!);
    assert.equal(await problemOf(theirs, forged), '?problem=failed');
    for (const browser of [mine, theirs]) assert.equal((await browser.post(`${server.url}/auth/token`)).status, 401);
  });

  test('by a link: there are none here', async () => {
    const response = await new SmallBrowser().post(`${server.url}/auth/sign-in`, { code: 'x' });
    assert.equal(response.status, 403);
  });
});

describe('a session ends', () => {
  const signIn = async () => {
    const browser = new SmallBrowser();
    provider.person = manager();
    await browser.ask(await comeBack(browser));
    const token = async () => ((await (await browser.post(`${server.url}/auth/token`)).json()) as any).token as string;
    return { browser, token, sub: provider.person.sub };
  };

  test('by signing out: its tokens with it, here, and at the provider', async () => {
    const { browser, token } = await signIn();
    const bearer = await token();
    assert.ok((await ask(bearer, '{ viewer { id } }')).data);
    const session = { cookie: browser.cookieLines.find((line) => line.startsWith('parley_session'))!.split(';')[0]! };
    // A session is noted a moment after it is first used.
    const listed = '{ sessions { edges { node { id } } } }';
    await eventually('the session to be noted', async () => (await ask(bearer, listed)).data.sessions.edges.length > 0);
    const { goOn } = (await (await browser.post(`${server.url}/auth/sign-out`)).json()) as { goOn: string };
    assert.equal(new URL(goOn).searchParams.get('post_logout_redirect_uri'), `${server.url}/sign-in`);
    assert.equal((await browser.go(goOn)).response.status, 200, 'the provider knows the address');
    assert.equal((await browser.post(`${server.url}/auth/token`)).status, 401);
    assert.equal((await ask(bearer, '{ viewer { id } }')).errors[0].extensions.code, 'UNAUTHENTICATED');
    // Nor does the cookie help whoever has kept it.
    const headers = { 'content-type': 'application/json', ...session };
    const again: any = await (await fetch(`${server.url}/auth/token`, { method: 'POST', headers, body: '{}' })).json();
    assert.equal((await ask(again.token, '{ viewer { id } }')).errors[0].extensions.code, 'UNAUTHENTICATED');
  });

  test('by signing the person out everywhere, or deleting them: a cookie from before brings nobody back', async (t) => {
    const max = await connect(t, server, { role: 'MANAGER' });
    const ends = [
      'mutation ($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }',
      'mutation ($id: ID!) { deleteParticipant(input: { participantId: $id }) { __typename } }',
    ];
    for (const end of ends) {
      const { browser, token } = await signIn();
      const { id } = (await ask(await token(), '{ viewer { id } }')).data.viewer;
      await max.run(end, { id });
      assert.equal((await browser.post(`${server.url}/auth/token`)).status, 401);
    }
  });
});

test('settings that cannot be are refused at the start', () => {
  const secret = { AUTH_SECRET: 'x'.repeat(32) };
  for (const [env, words] of [
    [{ OIDC_ISSUER: 'https://id.example' }, /OIDC_CLIENT_ID/],
    [{ OIDC_ISSUER: 'http://id.example', OIDC_CLIENT_ID: 'x' }, /https/],
    [
      { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'x', NODE_ENV: 'production', AUTH_JWKS_URL: 'https://a.b' },
      /AUTH_SECRET/,
    ],
  ] as const)
    assert.throws(
      () => loadConfig(env),
      (error) => error instanceof ConfigError && words.test(error.message),
    );
  assert.equal(
    loadConfig({ ...secret, OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'x' }).OIDC_ROLE_CLAIM,
    'role',
  );
});
