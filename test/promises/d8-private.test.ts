import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { type Actor, connect, OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { range } from '../harness/range.ts';
import { onEveryTopology, type Topology } from '../harness/topology.ts';

type Target = { conversationId: string; messageId: string; participantId: string };

const node = 'query Node($id: ID!) { node(id: $id) { id __typename } }';
const assign = documents.assign;

/** Everything that takes an id of a conversation or of what is in it. */
const operations: Record<string, (target: Target) => [document: string, variables: Record<string, unknown>]> = {
  conversation: ({ conversationId }) => [documents.conversation, { id: conversationId }],
  'node (conversation)': ({ conversationId }) => [node, { id: conversationId }],
  'node (message)': ({ messageId }) => [node, { id: messageId }],
  'node (participant)': ({ participantId }) => [node, { id: participantId }],
  assignConversation: ({ conversationId }) => [assign, { input: { conversationId } }],
  'assignConversation to somebody': ({ conversationId, participantId }) => [
    assign,
    { input: { conversationId, agentId: participantId } },
  ],
  addParticipant: ({ conversationId }) => [documents.add, { input: { conversationId, externalId: 'nobody' } }],
  'removeParticipant (leave)': ({ conversationId }) => [documents.leave, { input: { conversationId } }],
  removeParticipant: ({ conversationId, participantId }) => [
    documents.leave,
    { input: { conversationId, participantId } },
  ],
  sendMessage: ({ conversationId }) => [documents.send, { input: { id: randomUUID(), conversationId, body: 'psst' } }],
  editMessage: ({ conversationId, messageId }) => [
    documents.edit,
    { input: { conversationId, messageId, body: 'psst', version: 1 } },
  ],
  deleteMessage: ({ conversationId, messageId }) => [documents.remove, { input: { conversationId, messageId } }],
  acknowledge: ({ conversationId }) => [documents.acknowledge, { input: { conversationId, readSeq: 1 } }],
  'acknowledge above the head': ({ conversationId }) => [
    documents.acknowledge,
    { input: { conversationId, readSeq: 1_000 } },
  ],
  setTyping: ({ conversationId }) => [documents.type, { input: { conversationId, typing: true } }],
  closeConversation: ({ conversationId }) => [documents.close, { input: { conversationId } }],
  reopenConversation: ({ conversationId }) => [documents.reopen, { input: { conversationId } }],
  submitSurvey: ({ conversationId }) => [documents.rate, { input: { conversationId, rating: 5 } }],
};

const errorsOf = async (running: Promise<unknown>) => {
  const outcome = await running.then(
    (data) => ({ data }),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof OperationError, `it was not refused: ${JSON.stringify(outcome)}`);
  return outcome.errors;
};

/** A conversation of Cleo and Ada with a message of each, and ids of the same kinds that do not exist. */
async function meet(t: TestContext, { first, last }: Topology) {
  const sub = randomUUID();
  const cleo = await connect(t, first, { sub });
  const ada = await connect(t, last, { role: 'AGENT', name: 'Ada' });
  const conversationId = await cleo.start();
  await ada.claim(conversationId);
  const { id: messageId } = await cleo.send(conversationId, 'a secret');
  await ada.send(conversationId, 'kept');
  const target: Target = { conversationId, messageId, participantId: ada.id };
  const nothing: Target = { conversationId: randomUUID(), messageId: randomUUID(), participantId: randomUUID() };
  return { cleo, ada, sub, target, nothing };
}

/** For each operation, on both transports: refused, and in the very words that ids get which do not exist. */
async function assertLooksAbsent(actor: Actor, target: Target, nothing: Target): Promise<void> {
  for (const [name, make] of Object.entries(operations)) {
    for (const transport of ['run', 'post'] as const) {
      const foreign = await errorsOf(actor[transport](...make(target)));
      const absent = await errorsOf(actor[transport](...make(nothing)));
      assert.deepEqual(foreign, absent, `${name} by ${transport}`);
      assert.equal(foreign[0]!.extensions!.code, 'NOT_FOUND', `${name} by ${transport}`);
    }
  }
  const ends = [target, nothing].map(async ({ conversationId }) => {
    const frames = actor.follow(conversationId, 0);
    await frames.end();
    return frames.all;
  });
  const [foreign, absent] = await Promise.all(ends);
  assert.deepEqual(foreign, absent);
  assert.equal(foreign![0].errors[0].extensions.code, 'NOT_FOUND');
}

describe('D8: private', () => {
  onEveryTopology(
    (topology) => {
      test('D8: to a stranger everything foreign looks exactly like what does not exist', async (t) => {
        const { target, nothing } = await meet(t, topology());
        for (const server of topology().servers) {
          await assertLooksAbsent(await connect(t, server, { name: 'Stranger' }), target, nothing);
        }
      });

      test('D8: to a member it does not look so, and this comparison sees it', async (t) => {
        const { cleo, target, nothing } = await meet(t, topology());
        await assert.rejects(assertLooksAbsent(cleo, target, nothing), /it was not refused/);
      });

      test('D8: nothing of it changes or shows when a stranger tries', async (t) => {
        const { cleo, target } = await meet(t, topology());
        const stranger = await connect(t, topology().last, { name: 'Stranger' });
        const state = async () => (await cleo.run(documents.conversation, { id: target.conversationId })).conversation;
        const before = await state();
        for (const make of Object.values(operations)) await errorsOf(stranger.run(...make(target)));
        assert.deepEqual(await state(), before);
        const own = await stranger.start();
        const { conversations } = await stranger.run(
          '{ conversations { edges { node { id members { participant { id externalId } } } } } }',
        );
        assert.deepEqual(
          conversations.edges.map((edge: any) => edge.node.id),
          [own],
        );
        const inbox = stranger.followInbox([{ conversationId: target.conversationId, seq: 0 }]);
        await inbox.caughtUp();
        await cleo.send(target.conversationId, 'still a secret');
        await stranger.send(own, 'mine');
        await inbox.type('MessagePosted');
        assert.deepEqual([...new Set(inbox.all.map(({ conversation }) => conversation.id))], [own]);
      });

      test('D8: a removed member is a stranger from then on', async (t) => {
        const { cleo, ada, target, nothing } = await meet(t, topology());
        const { conversationId } = target;
        await ada.run(documents.leave, { input: { conversationId, participantId: cleo.id } });
        await assertLooksAbsent(cleo, { ...target, participantId: ada.id }, nothing);
      });

      test('D8: a member who is removed while following gets no later event, and NOT_FOUND', async (t) => {
        const { cleo, ada, target } = await meet(t, topology());
        const { conversationId } = target;
        for (let round = 0; round < 5; round++) {
          const frames = cleo.follow(conversationId, 0);
          const { headSeq } = await frames.caughtUp();
          // Something before and something after it, all at once, so that they come in one batch.
          const last = await ada.send(conversationId, 'yours');
          await Promise.all([
            ada.run(documents.leave, { input: { conversationId, participantId: cleo.id } }),
            ...range(1, 5).map(() => ada.send(conversationId, 'perhaps')),
          ]);
          await ada.send(conversationId, 'among ourselves');
          assert.equal(await frames.endCode(), 'NOT_FOUND');
          const left = await leavingOf(ada, conversationId, cleo.id, headSeq);
          assert.ok(left > last.seq);
          // To the event before the leaving at the latest: further on it was not hers.
          assert.deepEqual(frames.seqs, range(1, frames.seqs.length));
          assert.ok(frames.seqs.length < left);
          const { externalId } = (await cleo.run('{ viewer { externalId } }')).viewer;
          await ada.run(documents.add, { input: { conversationId, externalId } });
        }
      });

      test('D8: a member who is removed in the middle of a backlog gets none of what came afterwards', async (t) => {
        const { cleo, ada, target } = await meet(t, topology());
        const { conversationId } = target;
        for (let n = 0; n < 20; n++) await Promise.all(range(1, 50).map(() => ada.send(conversationId, `${n}`)));
        const frames = cleo.follow(conversationId, 0);
        await frames.seq(1);
        await ada.run(documents.leave, { input: { conversationId, participantId: cleo.id } });
        await ada.send(conversationId, 'among ourselves');
        assert.equal(await frames.endCode(), 'NOT_FOUND');
        assert.ok(frames.seqs.length < 1_004, 'the backlog was served before the removal');
        assert.deepEqual(frames.seqs, range(1, frames.seqs.length));
      });

      test('D8: agents who are no members read everything, and write nothing', async (t) => {
        const { cleo, target } = await meet(t, topology());
        const { conversationId } = target;
        const ben = await connect(t, topology().last, { role: 'AGENT', name: 'Ben' });
        const frames = ben.follow(conversationId, 0);
        await frames.caughtUp();
        assert.deepEqual(frames.seqs, [1, 2, 3, 4]);
        for (const name of ['conversation', 'node (conversation)', 'node (message)', 'node (participant)']) {
          await ben.run(...operations[name]!(target));
        }
        const writing = ['removeParticipant', 'addParticipant', 'sendMessage', 'editMessage', 'deleteMessage'].concat([
          'removeParticipant (leave)',
          'acknowledge',
          'acknowledge above the head',
          'setTyping',
          'closeConversation',
          'reopenConversation',
        ]);
        for (const name of writing) {
          for (const transport of ['run', 'post'] as const) {
            const [error] = await errorsOf(ben[transport](...operations[name]!(target)));
            assert.equal(error!.extensions!.code, 'FORBIDDEN', `${name} by ${transport}`);
          }
        }
        await cleo.send(conversationId, 'to be continued');
        await frames.seq(5);
        assert.deepEqual(frames.seqs, [1, 2, 3, 4, 5]);
      });

      test('D8: customers may do nothing that only agents may, not even where they are members', async (t) => {
        const { cleo, target } = await meet(t, topology());
        for (const name of ['assignConversation', 'addParticipant', 'removeParticipant', 'reopenConversation']) {
          const [error] = await errorsOf(cleo.run(...operations[name]!(target)));
          assert.equal(error!.extensions!.code, 'FORBIDDEN', name);
        }
      });

      test('D8: a customer learns the host application’s id of nobody but themselves', async (t) => {
        const { cleo, ada, sub, target } = await meet(t, topology());
        const document =
          'query($id: ID!) { conversation(id: $id) { assignee { externalId } members { participant { id externalId } } } }';
        const { conversation } = await cleo.run(document, { id: target.conversationId });
        assert.equal(conversation.assignee.externalId, null);
        const known = new Map(conversation.members.map(({ participant: p }: any) => [p.id, p.externalId]));
        assert.deepEqual([known.get(cleo.id), known.get(ada.id)], [sub, null]);
      });

      test('D8: that an id is taken is all that a stranger learns', async (t) => {
        const { target } = await meet(t, topology());
        const stranger = await connect(t, topology().first, { name: 'Stranger' });
        const conversationId = await stranger.start();
        const input = { id: target.messageId, conversationId, body: 'a secret' };
        const [error] = await errorsOf(stranger.run(documents.send, { input }));
        assert.deepEqual(Object.keys(error!.extensions!), ['code']);
        assert.equal(error!.extensions!.code, 'CONFLICT');
        assert.doesNotMatch(error!.message, /[0-9a-f]{8}-/);
      });
    },
    // Small pages, so that a backlog takes many.
    { FOLLOW_PAGE: '5' },
  );
});

/** The seq at which somebody left, at the earliest after a position. */
async function leavingOf(agent: Actor, conversationId: string, participantId: string, afterSeq: number) {
  const frames = agent.follow(conversationId, afterSeq);
  const { seq } = await frames.until(
    ({ __typename, participant }) => __typename === 'ParticipantLeft' && participant.id === participantId,
  );
  frames.stop();
  return seq;
}
