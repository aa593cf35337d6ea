import assert from 'node:assert/strict';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { inEveryForm, startTopology } from '../harness/topology.ts';
import { claimedConversation } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const TYPING_TTL_MS = 800;
const env = { TYPING_TTL_MS: String(TYPING_TTL_MS), PRESENCE_GRACE_MS: '300' };
const server = await startForFile(env);

overBothTransports('typing is seen by the others, not by oneself, and expires', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const [byCleo, byAda] = [cleo.follow(conversationId), ada.follow(conversationId)];
  await Promise.all([byCleo.caughtUp(), byAda.caughtUp()]);
  const startedAt = Date.now();
  const { setTyping } = await ask(cleo, documents.type, { input: { conversationId, typing: true } });
  const expiresInMs = Date.parse(setTyping.expiresAt) - startedAt;
  assert.ok(expiresInMs > TYPING_TTL_MS - 100 && expiresInMs < TYPING_TTL_MS + 2_000, `${expiresInMs} ms`);
  const typed = { __typename: 'TypingChanged', conversationId, participant: { id: cleo.id } };
  assert.deepEqual(await byAda.type('TypingChanged'), { ...typed, typing: true });
  assert.deepEqual(await byAda.type('TypingChanged'), { ...typed, typing: false });
  assert.ok(Date.now() - startedAt >= TYPING_TTL_MS - 100);
  await ada.send(conversationId, 'I saw you typing');
  await byCleo.seq(3);
  assert.ok(byCleo.all.every(({ __typename }) => __typename !== 'TypingChanged'));
});

overBothTransports('typing ends at once when told, and with the message', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const frames = ada.follow(conversationId);
  await frames.caughtUp();
  const type = (typing: boolean) => ask(cleo, documents.type, { input: { conversationId, typing } });
  await type(true);
  assert.equal((await type(false)).setTyping.expiresAt, null);
  await type(true);
  await cleo.send(conversationId, 'Done');
  await frames.seq(3);
  await frames.type('TypingChanged');
  const story = frames.all.filter(({ __typename }) => __typename === 'TypingChanged').map(({ typing }) => typing);
  assert.deepEqual(story, [true, false, true, false]);
});

overBothTransports('typing is renewed without a word to the others', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const frames = ada.follow(conversationId);
  await frames.caughtUp();
  for (let n = 0; n < 3; n++) await ask(cleo, documents.type, { input: { conversationId, typing: true } });
  await frames.until(({ typing }) => typing === false);
  assert.equal(frames.all.filter(({ typing }) => typing === true).length, 1);
});

overBothTransports('only members type', async (t, ask) => {
  const { conversationId } = await claimedConversation(t, server);
  const input = { conversationId, typing: true };
  await assert.rejects(ask(await connect(t, server), documents.type, { input }), refused('NOT_FOUND'));
  await assert.rejects(
    ask(await connect(t, server, { role: 'AGENT' }), documents.type, { input }),
    refused('FORBIDDEN'),
  );
});

inEveryForm('presence: the others see who comes and goes, on whichever process', async (t, form) => {
  const { first, last } = await startTopology(t, form, env);
  const cleo = await connect(t, first);
  const ada = await connect(t, last, { role: 'AGENT', sub: 'ada' });
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  const onlineOf = async () => {
    const query = 'query ($id: ID!) { node(id: $id) { ... on Participant { online lastSeenAt } } }';
    return (await cleo.run(query, { id: ada.id })).node;
  };
  const frames = cleo.follow(conversationId);
  await frames.caughtUp();
  const presence = (online: boolean) =>
    frames.until(
      ({ __typename, participant, online: is }) =>
        __typename === 'PresenceChanged' && participant.id === ada.id && is === online,
    );
  const state = frames.all.filter(({ __typename }) => __typename === 'PresenceChanged');
  assert.deepEqual(
    state.map(({ participant, online }) => [participant.id, online]).sort(),
    [
      [cleo.id, true],
      [ada.id, true],
    ].sort(),
  );
  assert.equal((await onlineOf()).online, true);

  // A second device keeps her online.
  const phone = await connect(t, first, { role: 'AGENT', sub: 'ada' });
  await ada.close();
  const before = Date.now();
  await phone.close();
  await presence(false);
  const { online, lastSeenAt } = await onlineOf();
  assert.equal(online, false);
  assert.ok(Date.parse(lastSeenAt) > before - 1_000);
  await connect(t, last, { role: 'AGENT', sub: 'ada' });
  await presence(true);
  assert.equal((await onlineOf()).online, true);
});

inEveryForm('presence: a quick reconnect is no absence', async (t, form) => {
  const { first, last } = await startTopology(t, form, { ...env, PRESENCE_GRACE_MS: '5000' });
  const cleo = await connect(t, first);
  const ada = await connect(t, last, { role: 'AGENT', sub: 'ada' });
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  const frames = cleo.follow(conversationId);
  await frames.caughtUp();
  ada.cut();
  const back = await connect(t, last, { role: 'AGENT', sub: 'ada' });
  await back.send(conversationId, 'I am back');
  await frames.seq(3);
  assert.ok(frames.all.every(({ __typename, online }) => __typename !== 'PresenceChanged' || online));
});
