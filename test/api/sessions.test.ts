import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { DashboardUser } from '../../server/auth/dashboard-session.ts';
import { createSignInCode } from '../../server/auth/sign-in.ts';
import { signToken } from '../../server/auth/sign-token.ts';
import { loadConfig } from '../../server/config.ts';
import { openDb } from '../../server/db.ts';
import { type Actor, connect, tokenFor } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { AUTH_SECRET } from '../harness/server.ts';
import { SmallBrowser } from '../harness/small-browser.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { RawSocket } from './raw-socket.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile({ LOCATION_HEADER: 'CF-IPCountry' });

const sessions = `query Sessions($participantId: ID, $past: Boolean, $first: Int, $after: String) {
  sessions(participantId: $participantId, past: $past, first: $first, after: $after) {
    edges { node { id device platform locale timeZone location startedAt lastSeenAt expiresAt endedAt current } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const end = 'mutation End($id: ID!) { endSession(id: $id) { session { id endedAt } } }';
const revoke = 'mutation Revoke($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }';

const listed = async (ask: Ask, actor: Actor, variables = {}): Promise<any[]> =>
  (await ask(actor, sessions, variables)).sessions.edges.map(({ node }: any) => node);
/** Sessions are written beside the request that begins them. */
const sessionsOf = (ask: Ask, actor: Actor, count: number, variables = {}) =>
  eventually(`${count} sessions`, async () => {
    const found = await listed(ask, actor, variables);
    return found.length === count && found;
  });
/** A request of its own by this token. */
const post = (token: string, query: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query }),
  });
const status = async (token: string) => (await post(token, '{ viewer { id } }')).status;

overBothTransports('a login says on what, where and when, and ends when its owner wants', async (t, ask) => {
  const sub = randomUUID();
  const here = await connect(t, server, { sub });
  const elsewhere = await tokenFor({ sub, name: 'Cleo', expiresInSeconds: 1_800 });
  await post(elsewhere, '{ viewer { id } }', {
    'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)',
    'accept-language': 'da-DK,da;q=0.9',
    'cf-ipcountry': 'DK',
  });
  const found = await sessionsOf(ask, here, 2);
  const phone = found.find(({ platform }) => platform === 'iOS');
  assert.deepEqual([phone.locale, phone.location, phone.current], ['da-DK', 'DK', false]);
  assert.ok(Date.parse(phone.expiresAt) > Date.parse(phone.lastSeenAt));
  assert.deepEqual(found.map(({ current }) => current).sort(), [false, true]);
  const page = (await ask(here, sessions, { first: 1 })).sessions.pageInfo;
  assert.deepEqual(
    [page.hasNextPage, (await listed(ask, here, { first: 1, after: page.endCursor })).length],
    [true, 1],
  );

  const { endSession } = await ask(here, end, { id: phone.id });
  assert.ok(endSession.session.endedAt);
  assert.deepEqual((await ask(here, end, { id: phone.id })).endSession, endSession);
  assert.equal(await status(elsewhere), 401);
  assert.equal(await status(here.token), 200);
  assert.equal((await listed(ask, here)).length, 1);
  assert.equal((await listed(ask, here, { past: true })).length, 2);
});

overBothTransports('a session is its owner’s and the managers’, and nobody else’s', async (t, ask) => {
  const cleo = await connect(t, server);
  const [session] = await sessionsOf(ask, cleo, 1);
  const [dora, ada] = [await connect(t, server), await connect(t, server, { role: 'AGENT', name: 'Ada' })];
  for (const other of [dora, ada]) await assert.rejects(ask(other, end, { id: session.id }), refused('NOT_FOUND'));
  await assert.rejects(ask(dora, sessions, { participantId: cleo.id }), refused('NOT_FOUND'));
  await assert.rejects(ask(dora, sessions, { participantId: randomUUID() }), refused('NOT_FOUND'));
  await assert.rejects(ask(ada, sessions, { participantId: cleo.id }), refused('FORBIDDEN'));
  await assert.rejects(ask(ada, revoke, { id: cleo.id }), refused('FORBIDDEN'));
  await assert.rejects(ask(dora, revoke, { id: cleo.id }), refused('NOT_FOUND'));
  await assert.rejects(ask(cleo, end, { id: randomUUID() }), refused('NOT_FOUND'));

  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  assert.equal((await sessionsOf(ask, grace, 1, { participantId: cleo.id }))[0].id, session.id);
  await ask(grace, end, { id: session.id });
  assert.equal(await cleo.closed, 4403);
  assert.equal(await status(cleo.token), 401);
  const log = `query ($id: ID!) { auditLog(filter: { participantId: $id, action: [SESSION_ENDED] }) { edges { node { action reference actor { id } } } } }`;
  const { auditLog } = await ask(grace, log, { id: cleo.id });
  assert.deepEqual(
    auditLog.edges.map(({ node }: any) => node),
    [{ action: 'SESSION_ENDED', reference: session.id, actor: { id: grace.id } }],
  );
});

test('a client tells its device, language and time zone when it connects', async (t) => {
  const token = await tokenFor();
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: {
      authorization: `Bearer ${token}`,
      device: { description: 'Till 7', platform: 'Kiosk', locale: 'fr-CA', timeZone: 'America/Toronto' },
    },
  });
  t.after(() => client.dispose());
  const [session] = await eventually('a session', async () => {
    const { data }: any = (await client.iterate({ query: sessions }).next()).value;
    return data.sessions.edges.length === 1 && data.sessions.edges;
  });
  const { device, platform, locale, timeZone, location, current } = session.node;
  assert.deepEqual(
    { device, platform, locale, timeZone, location, current },
    {
      device: 'Till 7',
      platform: 'Kiosk',
      locale: 'fr-CA',
      timeZone: 'America/Toronto',
      location: null,
      current: true,
    },
  );
});

test('what is refreshed in band stays one session, and ends with all its tokens', async (t) => {
  const sub = randomUUID();
  const ask: Ask = (actor, document, variables) => actor.run(document, variables);
  const cleo = await connect(t, server, { sub });
  const [session] = await sessionsOf(ask, cleo, 1);
  const next = await tokenFor({ sub, expiresInSeconds: 7_200 });
  await cleo.run('mutation ($token: String!) { refreshToken(token: $token) { expiresAt } }', { token: next });
  const after = await listed(ask, cleo);
  assert.deepEqual(
    after.map(({ id, current }) => [id, current]),
    [[session.id, true]],
  );
  assert.ok(after[0].expiresAt > session.expiresAt);
  assert.deepEqual([await status(cleo.token), await status(next)], [200, 200]);
  assert.equal((await listed(ask, cleo)).length, 1);
  await cleo.run(end, { id: session.id });
  assert.equal(await cleo.closed, 4403);
  assert.deepEqual([await status(cleo.token), await status(next)], [401, 401]);
});

test('tokens that carry one sid are one session, also those issued after its end', async () => {
  const sub = randomUUID();
  const key = new TextEncoder().encode(AUTH_SECRET);
  const issue = (expiresInSeconds: number, sid = 'the-session') =>
    signToken(key, { sub, role: 'CUSTOMER', name: 'Cleo', expiresInSeconds, sid });
  const [one, two] = [await issue(600), await issue(700)];
  const ids = async (token: string): Promise<string[]> => {
    const { data }: any = await (await post(token, '{ sessions { edges { node { id } } } }')).json();
    return data.sessions.edges.map(({ node }: any) => node.id);
  };
  await ids(one);
  const [id] = await eventually('a session', async () => {
    const found = await ids(two);
    return found.length === 1 && found;
  });
  const other = await issue(600, 'another');
  await post(other, `mutation { endSession(id: "${id}") { session { id } } }`);
  assert.deepEqual([await status(one), await status(two), await status(await issue(800))], [401, 401, 401]);
  assert.equal(await status(other), 200);
});

test('signing out also counts for a token from a clock that is ahead', async (t) => {
  const sub = randomUUID();
  const cleo = await connect(t, server, { sub });
  const ahead = await tokenFor({ sub, issuedAheadSeconds: 50 });
  assert.equal(await status(ahead), 200);
  await cleo.post(revoke, { id: cleo.id });
  assert.deepEqual([await status(cleo.token), await status(ahead)], [401, 401]);
});

test('who is signed out everywhere comes back with a newer token only', async (t) => {
  const sub = randomUUID();
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const cleo = await connect(t, server, { sub });
  const second = await RawSocket.connect(t, server.url, cleo.token);
  const unused = await tokenFor({ sub, expiresInSeconds: 900 });
  await grace.run(revoke, { id: cleo.id });
  assert.deepEqual([await cleo.closed, (await second.closed).code], [4403, 4403]);
  assert.deepEqual([await status(cleo.token), await status(unused)], [401, 401]);
  const back = await connect(t, server, { sub, issuedAheadSeconds: 10 });
  assert.equal(back.id, cleo.id);
});

const db = openDb(loadConfig({}), server.database.url);
after(() => db.$disconnect());

/** Comes in by a link, a manager's unless it is said whose; what the dashboard gets from there. */
async function signIn(agent?: DashboardUser) {
  const browser = new SmallBrowser();
  const code = await createSignInCode(db, agent);
  const answer = await browser.post(`${server.url}/auth/sign-in`, { code });
  const get = async (path: string, body = {}) => (await browser.post(`${server.url}/auth/${path}`, body)).json();
  return { status: answer.status, get: get as (path: string, body?: object) => Promise<any> };
}
const agentOf = (externalId: string): DashboardUser => ({ role: 'AGENT', externalId, name: 'Ada' });
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

test('an agent who comes in by a link is the one of the application’s tokens, and no more than an agent', async (t) => {
  const sub = randomUUID();
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada', sub });
  const { get } = await signIn(agentOf(sub));
  // What the browser asks for does not matter.
  const { token, role } = await get('token', { role: 'MANAGER', sub: 'parley:manager' });
  assert.deepEqual([role, claimsOf(token).role, claimsOf(token).sub], ['AGENT', 'agent', sub]);
  const asked: any = await (await post(token, '{ viewer { id role } kpiOverview { messagesTotal } }')).json();
  assert.equal(asked.errors[0].extensions.code, 'FORBIDDEN');
  const { data }: any = await (await post(token, '{ viewer { id role } }')).json();
  assert.deepEqual(data.viewer, { id: ada.id, role: 'AGENT' });
  const tried = await get('try-it');
  assert.deepEqual(
    [tried.customer, tried.agent].map((one) => claimsOf(one.token).role),
    ['customer', 'agent'],
  );
  const manager = await (await signIn()).get('token');
  assert.deepEqual([manager.role, claimsOf(manager.token).role], ['MANAGER', 'manager']);
});

test('an agent’s session, and a link that is not used yet, end with them or their role', async (t) => {
  const grace = await connect(t, server, { role: 'MANAGER', name: 'Grace' });
  const remove = 'mutation ($id: ID!) { deleteParticipant(input: { participantId: $id }) { __typename } }';
  for (const end of [revoke, remove]) {
    const sub = randomUUID();
    const { id } = await connect(t, server, { role: 'AGENT', name: 'Ada', sub });
    const { get } = await signIn(agentOf(sub));
    const code = await createSignInCode(db, agentOf(sub));
    assert.equal((await get('token')).role, 'AGENT');
    await grace.run(end, { id });
    assert.equal((await get('token')).error.code, 'UNAUTHENTICATED');
    assert.equal((await new SmallBrowser().post(`${server.url}/auth/sign-in`, { code })).status, 401);
    assert.equal(await db.signInCode.count({ where: { externalId: sub } }), 0);
  }

  // A newer token of the application that says something else must not be overruled by the older session.
  const sub = randomUUID();
  const { get } = await signIn(agentOf(sub));
  assert.equal(await status((await get('token')).token), 200);
  await connect(t, server, { sub, issuedAheadSeconds: 1 });
  assert.equal((await get('token')).error.code, 'UNAUTHENTICATED');
  // Nor does somebody become an agent by the id of a customer, or of Parley's own.
  for (const taken of [sub, 'parley:manager']) assert.equal((await signIn(agentOf(taken))).status, 400);
});
