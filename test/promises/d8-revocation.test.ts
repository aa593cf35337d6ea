import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Actor, connect, tokenFor, type Who } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { type Lab, openLab } from '../harness/lab.ts';
import { seedMessages } from '../harness/seed-messages.ts';
import type { TestServer } from '../harness/server.ts';

/** Promised is a second; the rest is for a machine that does other things as well. */
const WITHIN_MS = 3_000;
const revoke = 'mutation Revoke($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }';

const cleanUps: (() => unknown)[] = [];
let lab: Lab;
let here: TestServer;
let elsewhere: TestServer;
before(async () => {
  lab = await openLab({ after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) });
  [here, elsewhere] = await Promise.all([lab.startProcess(), lab.startProcess()]);
});
after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** Shows a newer token at the first process; tokens say in whole seconds when they were issued. */
async function becomes(who: Who & { sub: string }): Promise<number> {
  await pause(1_001 - (Date.now() % 1_000));
  const token = await tokenFor(who);
  const response = await fetch(`${here.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"query":"{ viewer { role } }"}',
  });
  assert.equal(((await response.json()) as any).data.viewer.role, who.role);
  return performance.now();
}

const assertSoon = (since: number) => {
  const ms = performance.now() - since;
  assert.ok(ms < WITHIN_MS, `${ms} ms`);
};

/** What must hold with Redis and without. Everybody who follows is on the second process, everything happens on the first. */
function declare() {
  test('D8: a role that is taken away ends the streams that came with it', async (t) => {
    const sub = randomUUID();
    const cleo = await connect(t, here);
    const conversationId = await cleo.start();
    const ada = await connect(t, elsewhere, { sub, role: 'MANAGER', name: 'Ada' });
    const frames = ada.follow(conversationId);
    const kpis = ada.subscribe('subscription { kpiOverview { openConversations: __typename } }');
    await Promise.all([frames.caughtUp(), kpis.until(() => true)]);
    const since = await becomes({ sub, role: 'CUSTOMER', name: 'Ada' });
    assert.equal(await frames.endCode(), 'NOT_FOUND');
    assertSoon(since);
    const seen = kpis.all.length;
    const next = await kpis.until((frame) => frame.errors !== undefined);
    assert.equal(next.errors[0].extensions.code, 'FORBIDDEN');
    assert.ok(kpis.all.length <= seen + 2);
    assert.equal((await ada.run('{ viewer { role } }')).viewer.role, 'CUSTOMER');
    await assert.rejects(ada.run(documents.conversation, { id: conversationId }), /NOT_FOUND/);
  });

  test('D8: also in the middle of a backlog', async (t) => {
    const sub = randomUUID();
    const cleo = await connect(t, here);
    const conversationId = await cleo.start();
    const messages = 1_500;
    const seed = { senderId: cleo.id, perConversation: messages, body: 'x'.repeat(8_000) };
    await seedMessages(lab.database, seed, [conversationId]);
    const ada = await connect(t, elsewhere, { sub, role: 'AGENT', name: 'Ada' });
    const frames = ada.follow(conversationId, 0);
    await frames.seq(1);
    ada.stall();
    await becomes({ sub, role: 'CUSTOMER', name: 'Ada' });
    await pause(WITHIN_MS);
    ada.resume();
    assert.equal(await frames.endCode(), 'NOT_FOUND');
    assert.ok(frames.seqs.length < messages, `${frames.seqs.length} events`);
  });

  test('D8: a membership that ends ends its streams', async (t) => {
    const cleo = await connect(t, elsewhere);
    const ada = await connect(t, here, { role: 'AGENT', name: 'Ada' });
    const conversationId = await cleo.start();
    await ada.claim(conversationId);
    const [frames, inbox] = [cleo.follow(conversationId), cleo.followInbox()];
    await Promise.all([frames.caughtUp(), inbox.caughtUp()]);
    await ada.run(documents.leave, { input: { conversationId, participantId: cleo.id } });
    const since = performance.now();
    await ada.send(conversationId, 'among ourselves');
    assert.equal(await frames.endCode(), 'NOT_FOUND');
    assertSoon(since);
    assert.deepEqual(frames.seqs, []);
    const other = await cleo.start();
    await inbox.until(({ conversation }) => conversation.id === other);
    assert.ok(!JSON.stringify(inbox.all).includes('among ourselves'));
  });

  test('D8: who is signed out, or whose session is ended, is out on every process', async (t) => {
    const grace = await connect(t, here, { role: 'MANAGER', name: 'Grace' });
    const [cleo, dora] = [await connect(t, elsewhere), await connect(t, elsewhere)];
    await assertClosed(cleo, () => grace.run(revoke, { id: cleo.id }));
    const [session] = await sessionsOf(dora);
    await assertClosed(dora, () =>
      grace.run('mutation ($id: ID!) { endSession(id: $id) { session { id } } }', session),
    );
    for (const { token } of [cleo, dora]) {
      const response = await fetch(`${elsewhere.url}/graphql?query={viewer{id}}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(response.status, 401);
    }
  });
}

async function assertClosed(actor: Actor, end: () => Promise<unknown>): Promise<void> {
  await end();
  const since = performance.now();
  assert.equal(await actor.closed, 4403);
  assertSoon(since);
}

async function sessionsOf(actor: Actor): Promise<{ id: string }[]> {
  for (;;) {
    const { sessions } = await actor.run('{ sessions { edges { node { id } } } }');
    if (sessions.edges.length > 0) return sessions.edges.map(({ node }: any) => node);
  }
}

describe('with Redis', declare);
describe('with Redis away', () => {
  before(() => lab.redis.stop());
  declare();
});
