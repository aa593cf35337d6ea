import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { jwtVerify } from 'jose';
import { createSignInCode } from '../../server/auth/sign-in.ts';
import { signToken } from '../../server/auth/sign-token.ts';
import { loadConfig } from '../../server/config.ts';
import { openDb } from '../../server/db.ts';
import { connect } from '../harness/actor.ts';
import { AUTH_SECRET, startInProcess } from '../harness/server.ts';
import { SmallBrowser } from '../harness/small-browser.ts';
import { startForFile } from './start-for-file.ts';

/* A secret is changed while people are there: a process with the old one, and one that has been started with the new. */

const NEW_SECRET = 'the secret that comes after it: 9876543210';
/** Stopped before the database is dropped: what is registered first is run first. */
const stops: (() => Promise<unknown>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));
const before = await startForFile();
const now = await startInProcess(before.database.url, { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: AUTH_SECRET });
stops.push(now.stop);

const isSigned = (token: string, secret: string) =>
  jwtVerify(token, new TextEncoder().encode(secret)).then(
    () => true,
    () => false,
  );
async function ask(url: string, query: string, variables: object = {}): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as any).data;
}

test('visits from before go on, are renewed with the new secret, and can be claimed', async (t) => {
  const { visit } = (await ask(before.url, 'mutation { startVisit { visit { token visitToken } } }')).startVisit;
  const visitor = await connect(t, now, { token: visit.token });
  const conversationId = await visitor.start();
  const renew = 'mutation ($input: RenewVisitInput!) { renewVisit(input: $input) { visit { token visitToken } } }';
  const renewed = (await ask(now.url, renew, { input: { visitToken: visit.visitToken } })).renewVisit.visit;
  for (const token of [renewed.token, renewed.visitToken])
    assert.deepEqual([await isSigned(token, NEW_SECRET), await isSigned(token, AUTH_SECRET)], [true, false]);
  assert.equal((await connect(t, now, { token: renewed.token })).id, visitor.id);

  const cleo = await connect(t, now);
  const claim = 'mutation ($input: ClaimVisitInput!) { claimVisit(input: $input) { conversations } }';
  assert.equal((await cleo.run(claim, { input: { visitToken: visit.visitToken } })).claimVisit.conversations, 1);
  assert.equal(
    (await cleo.run('query ($id: ID!) { conversation(id: $id) { id } }', { id: conversationId })).conversation.id,
    conversationId,
  );
});

test('so do tokens and the dashboard’s sessions; who has neither secret stays out', async (t) => {
  const ada = await connect(t, now, { role: 'AGENT' });
  assert.ok(await isSigned(ada.token, AUTH_SECRET));

  const db = openDb(loadConfig({}), before.database.url);
  t.after(() => db.$disconnect());
  const browser = new SmallBrowser();
  assert.equal((await browser.post(`${before.url}/auth/sign-in`, { code: await createSignInCode(db) })).status, 200);
  const headers = { 'content-type': 'application/json', cookie: browser.cookieLines[0]!.split(';')[0]! };
  const { token }: any = await (await fetch(`${now.url}/auth/token`, { method: 'POST', headers, body: '{}' })).json();
  assert.ok(await isSigned(token, NEW_SECRET));

  const claims = { sub: 'x', role: 'MANAGER', name: 'x', expiresInSeconds: 60 } as const;
  const foreign = await signToken(new TextEncoder().encode('neither of the two, however long it is'), claims);
  const answer = await fetch(`${now.url}/graphql?query={__typename}`, {
    headers: { authorization: `Bearer ${foreign}` },
  });
  assert.equal(answer.status, 401);
});
