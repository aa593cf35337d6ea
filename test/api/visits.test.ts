import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { roomInWindow } from '../attacks/attack-server.ts';
import { type Actor, connect, OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { FoldedDevice } from '../harness/folded-device.ts';
import { runTool } from '../harness/run-tool.ts';
import { read } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile({ RATE_LIMIT_SCALE: '1', LIMIT_VISITS_PER_ADDRESS: '20', TRUST_PROXY: '1' });

const start =
  'mutation Start($input: StartVisitInput) { startVisit(input: $input) { visit { token expiresAt visitToken renewableUntil } } }';
const renew = 'mutation Renew($input: RenewVisitInput!) { renewVisit(input: $input) { visit { token visitToken } } }';
const claim = 'mutation Claim($input: ClaimVisitInput!) { claimVisit(input: $input) { conversations } }';

let lastAddress = 0;
const newAddress = () => `198.51.100.${++lastAddress}`;

/** Without a token, as a page on which nobody has signed in. */
async function ask(query: string, variables: object = {}, address = newAddress()) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ query, variables }),
  });
  const body: any = await response.json();
  return { status: response.status, ...body, code: body.errors?.[0].extensions.code as string | undefined };
}
const visitOf = async (name?: string) =>
  (await ask(start, { input: name === undefined ? null : { name } })).data.startVisit.visit;

/** Somebody who has visited, and their socket. */
async function visitor(t: TestContext, name?: string) {
  const visit = await visitOf(name);
  return { visit, actor: await connect(t, server, { token: visit.token }) };
}
const claimBy = async (actor: Actor, visitToken: string, by: 'run' | 'post' = 'run') =>
  (await actor[by](claim, { input: { visitToken } })).claimVisit.conversations as number;

describe('a visit', () => {
  test('begins without a token, and is a customer with conversations of their own', async (t) => {
    const { visit, actor } = await visitor(t, 'Vic 🦊');
    const hours = (at: string) => (Date.parse(at) - Date.now()) / 3_600_000;
    assert.ok(Math.abs(hours(visit.expiresAt) - 1) < 0.1 && Math.abs(hours(visit.renewableUntil) - 720) < 0.1);
    const { viewer } = await actor.post('{ viewer { name role externalId } }');
    assert.deepEqual([viewer.name, viewer.role], ['Vic 🦊', 'CUSTOMER']);
    const conversationId = await actor.start();
    await actor.send(conversationId, 'hello');
    const other = await visitor(t);
    assert.equal((await other.actor.run('{ viewer { name } }')).viewer.name, 'Visitor');
    await assert.rejects(other.actor.run(documents.conversation, { id: conversationId }), refused('NOT_FOUND'));
  });

  test('opens nothing else: no other field beside it, no other operation, not by GET, no bad name', async () => {
    for (const query of [
      'mutation { startVisit { visit { token } } startConversation(input: {}) { conversation { id } } }',
      'mutation { startVisit { visit { token } } b: startVisit { visit { token } } }',
      'mutation { ...f } fragment f on Mutation { startVisit { visit { token } } }',
      'mutation { startConversation(input: { subject: "startVisit" }) { conversation { id } } }',
      'query startVisit { viewer { id } }',
    ]) {
      const answer = await ask(query);
      assert.equal(answer.status, 401, query);
      assert.equal(answer.code, 'UNAUTHENTICATED', query);
    }
    const byGet = await fetch(
      `${server.url}/graphql?query=${encodeURIComponent('mutation{startVisit{visit{token}}}')}`,
    );
    assert.equal(byGet.status, 405);
    await byGet.body?.cancel();
    for (const name of ['', 'x'.repeat(101), 'a\0'])
      assert.equal((await ask(start, { input: { name } })).code, 'BAD_USER_INPUT');
  });

  test('is renewed, by what opens nothing itself', async (t) => {
    const { visit, actor } = await visitor(t);
    const next = (await ask(renew, { input: { visitToken: visit.visitToken } })).data.renewVisit.visit;
    const again = await connect(t, server, { token: next.token });
    assert.equal(again.id, actor.id);
    await assert.rejects(connect(t, server, { token: visit.visitToken }));
    for (const visitToken of ['', 'x', visit.token, `${visit.visitToken}x`])
      assert.equal((await ask(renew, { input: { visitToken } })).code, 'UNAUTHENTICATED');
    const mia = await connect(t, server, { role: 'MANAGER', name: 'Mia' });
    await mia.run('mutation ($id: ID!) { revokeParticipant(participantId: $id) { participant { id } } }', {
      id: actor.id,
    });
    assert.equal((await ask(renew, { input: { visitToken: visit.visitToken } })).code, 'UNAUTHENTICATED');
  });

  test('begins only so often from one address', async (t) => {
    await roomInWindow(3_600_000, 20_000);
    const address = newAddress();
    const codes = [];
    for (let n = 0; n < 25; n++) codes.push((await ask(start, {}, address)).code);
    assert.deepEqual([codes.indexOf('RATE_LIMITED'), new Set(codes).size], [20, 2]);
    assert.equal((await ask(start)).code, undefined);
    const cleo = await connect(t, server);
    let error: unknown;
    for (let n = 0; n < 25 && !error; n++)
      error = await cleo.run(start).then(
        () => undefined,
        (e) => e,
      );
    assert.ok(error instanceof OperationError && error.code === 'RATE_LIMITED');
  });
});

describe('a visitor who turns out to be somebody', () => {
  overBothTransports(
    'has their conversations, words, watermarks and survey, and devices agree (D10)',
    async (t, askAs, transport) => {
      const by = transport === 'HTTP' ? 'post' : 'run';
      const { visit, actor: vic } = await visitor(t);
      const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
      const conversationId = await vic.start();
      await ada.claim(conversationId);
      const mine = await vic.send(conversationId, 'mine');
      const hers = await ada.send(conversationId, 'hers');
      await vic.acknowledge(conversationId, { readSeq: hers.seq });
      const unread = await ada.send(conversationId, 'not seen yet');
      const other = await vic.start();
      await vic.send(other, 'asked elsewhere');
      await vic.run(documents.close, { input: { conversationId: other } });
      await vic.run(documents.rate, { input: { conversationId: other, rating: 4 } });
      const device = await FoldedDevice.open(ada, conversationId);

      const cleo = await connect(t, server, { name: 'Cleo' });
      const inbox = cleo.followInbox();
      assert.equal(await claimBy(cleo, visit.visitToken, by), 2);

      const found = await read(askAs, cleo, conversationId);
      const senders = found.messages.edges.map(({ node }: any) => node.sender.id);
      assert.deepEqual(senders, [cleo.id, ada.id, ada.id]);
      assert.deepEqual(
        found.messages.edges.map(({ node }: any) => node.status),
        ['SENT', 'READ', 'SENT'],
        'its author is not among the readers of a message',
      );
      assert.equal(found.unreadCount, 1);
      const members = found.members.map(({ participant, readSeq, leftAt }: any) => [participant.id, readSeq, leftAt]);
      assert.deepEqual(new Map(members.map(([id, readSeq]: any) => [id, readSeq])).get(cleo.id), hers.seq);
      assert.deepEqual(members.map(([id]: any) => id).sort(), [ada.id, cleo.id].sort());
      assert.deepEqual((await read(askAs, cleo, other)).survey, { rating: 4, comment: null });
      await inbox.until(({ conversation }) => conversation.id === conversationId, 'the inbox to show it');

      await device.assertLikeAFreshQuery(ada, 'after the visit was claimed');
      assert.equal(device.state.messages[0]!.sender.name, 'Cleo');
      const { seq } = await ada.send(conversationId, 'good to know');
      assert.equal(seq, unread.seq + 2, 'one event told of it');

      // What they wrote is theirs to change, and the retry of a send that was under way is recognised (D2).
      await cleo.run(documents.edit, { input: { conversationId, messageId: mine.id, body: 'still mine', version: 1 } });
      const retried = await cleo.run(documents.send, { input: { id: mine.id, conversationId, body: 'mine' } });
      assert.equal(retried.sendMessage.duplicate, true);
      await device.assertLikeAFreshQuery(ada, 'after it was edited');

      assert.equal(await vic.closed, 4403);
      await assert.rejects(vic.post('{ viewer { id } }'), refused('UNAUTHENTICATED'));
      assert.equal((await ask(renew, { input: { visitToken: visit.visitToken } })).code, 'UNAUTHENTICATED');
      assert.equal(await claimBy(cleo, visit.visitToken, by), 0);
      const mallory = await connect(t, server, { name: 'Mallory' });
      await assert.rejects(claimBy(mallory, visit.visitToken, by), refused('UNAUTHENTICATED'));
    },
  );

  test('who was a member of the same conversation is one member then', async (t) => {
    const { visit, actor: vic } = await visitor(t);
    const sub = randomUUID();
    const cleo = await connect(t, server, { sub, name: 'Cleo' });
    const ada = await connect(t, server, { role: 'AGENT' });
    const conversationId = await vic.start();
    await ada.claim(conversationId);
    await ada.run(documents.add, { input: { conversationId, externalId: sub } });
    const { seq } = await ada.send(conversationId, 'hello both');
    await vic.acknowledge(conversationId, { readSeq: seq });
    const device = await FoldedDevice.open(ada, conversationId);
    assert.equal(await claimBy(cleo, visit.visitToken), 1);
    const { members } = (await cleo.run(documents.conversation, { id: conversationId })).conversation;
    assert.deepEqual(members.map(({ participant }: any) => participant.id).sort(), [ada.id, cleo.id].sort());
    await device.assertLikeAFreshQuery(ada, 'after two became one');
  });

  test('while they write: nothing is lost, and each message is somebody’s who is there', async (t) => {
    const { visit, actor: vic } = await visitor(t);
    const ada = await connect(t, server, { role: 'AGENT' });
    const conversations = await Promise.all([1, 2, 3].map(() => vic.start()));
    const device = await FoldedDevice.open(ada, conversations[0]!);
    const cleo = await connect(t, server, { name: 'Cleo' });
    const sends = conversations.flatMap((id) =>
      Array.from({ length: 30 }, (_, n) =>
        vic.send(id, `${n}`).then(
          (sent) => sent.id,
          () => undefined,
        ),
      ),
    );
    await sends[0];
    await Promise.all([claimBy(cleo, visit.visitToken), claimBy(cleo, visit.visitToken, 'post')]);
    const stored = (await Promise.all(sends)).filter((sent) => sent !== undefined);
    assert.ok(stored.length > 0);
    const seen: string[] = [];
    for (const id of conversations) {
      const { messages, members } = (await cleo.run(documents.conversation, { id })).conversation;
      assert.deepEqual(
        members.map(({ participant }: any) => participant.id),
        [cleo.id],
      );
      for (const { node } of messages.edges) {
        assert.equal(node.sender.id, cleo.id);
        seen.push(node.id);
      }
    }
    for (const id of stored) assert.ok(seen.includes(id!), 'a message that was acknowledged is there');
    await device.assertLikeAFreshQuery(ada, 'after it was claimed under way');
    const audit = await runTool('server/cli/audit.ts', [], { DATABASE_URL: server.database.url });
    assert.equal(audit.code, 0, audit.stdout);
  });

  test('is not an agent, not another visitor', async (t) => {
    const { visit } = await visitor(t);
    const { actor: other } = await visitor(t);
    const ada = await connect(t, server, { role: 'AGENT' });
    for (const actor of [other, ada]) await assert.rejects(claimBy(actor, visit.visitToken), refused('FORBIDDEN'));
    const cleo = await connect(t, server);
    assert.equal(await claimBy(cleo, visit.visitToken), 0, 'a visit of somebody who has done nothing');
    await assert.rejects(claimBy(cleo, 'rubbish'), refused('UNAUTHENTICATED'));
  });
});
