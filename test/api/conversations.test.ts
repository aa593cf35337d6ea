import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { type Actor, connect, type Who } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { add, assign, close, move, read, remove, reopen, start } from './change-conversations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();
const customer = (t: TestContext, who: Who = {}) => connect(t, server, who);
const agent = (t: TestContext, who: Who = {}) => connect(t, server, { role: 'AGENT', name: 'Ada', ...who });
const manager = (t: TestContext) => connect(t, server, { role: 'MANAGER', name: 'Grace' });

/** What happened so far, as its log tells it: kind, who did it, whom it is about. */
async function log(actor: Actor, conversationId: string): Promise<string[]> {
  const frames = actor.follow(conversationId, 0);
  await frames.caughtUp();
  frames.stop();
  return frames.events.map(
    ({ __typename, actor: by, participant }) =>
      `${__typename} by ${by.id}${participant ? ` of ${participant.id}` : ''}`,
  );
}

overBothTransports('a customer’s conversation waits for an agent', async (t, ask) => {
  const cleo = await customer(t);
  const id = randomUUID();
  const started = await start(ask, cleo, {
    id: id.toUpperCase(),
    subject: 'Where is my parcel? 📦',
    topic: 'shipping',
    queue: 'Parcels',
    priority: 'HIGH',
  });
  assert.match(started.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(Date.now() - Date.parse(started.createdAt)) < 60_000);
  const [{ joinedAt }] = started.members;
  assert.deepEqual(started, {
    id,
    subject: 'Where is my parcel? 📦',
    topic: 'shipping',
    queue: 'Parcels',
    status: 'WAITING',
    priority: 'HIGH',
    headSeq: 0,
    unreadCount: 0,
    createdAt: started.createdAt,
    closedAt: null,
    assignee: null,
    members: [{ participant: { id: cleo.id }, deliveredSeq: 0, readSeq: 0, joinedAt, leftAt: null }],
  });
  assert.deepEqual(await read(ask, cleo, id), started);
  assert.deepEqual(await log(cleo, id), []);
});

overBothTransports('an agent’s own conversation is open and theirs; everything given is optional', async (t, ask) => {
  const ada = await agent(t);
  const started = await start(ask, ada, {});
  assert.equal(started.status, 'OPEN');
  assert.deepEqual(started.assignee, { id: ada.id });
  assert.deepEqual([started.subject, started.topic, started.queue, started.priority], [null, null, null, 'NORMAL']);
  const explicit = await start(ask, ada, { id: null, subject: null, topic: null, queue: null, priority: null });
  assert.deepEqual([explicit.subject, explicit.topic, explicit.queue, explicit.priority], [null, null, null, 'NORMAL']);
});

overBothTransports(
  'starting is idempotent by id, five at once too; somebody else’s id is a conflict',
  async (t, ask) => {
    const [cleo, mallory] = [await customer(t), await customer(t)];
    const id = randomUUID();
    const all = await Promise.all(Array.from({ length: 5 }, () => start(ask, cleo, { id, subject: 'Once' })));
    for (const each of all) assert.deepEqual(each, all[0]);
    assert.deepEqual(await start(ask, cleo, { id, subject: 'Another' }), all[0]);
    await assert.rejects(start(ask, mallory, { id }), refused('CONFLICT'));
    await assert.rejects(read(ask, mallory, id), refused('NOT_FOUND'));
  },
);

overBothTransports('claiming joins first, then assigns; repeating it changes nothing', async (t, ask) => {
  const [cleo, ada] = [await customer(t), await agent(t)];
  const { id } = await start(ask, cleo, {});
  const claimed = await assign(ask, ada, { conversationId: id });
  assert.equal(claimed.status, 'OPEN');
  assert.deepEqual(claimed.assignee, { id: ada.id });
  assert.deepEqual(
    claimed.members.map(({ participant }: any) => participant.id),
    [cleo.id, ada.id],
  );
  assert.deepEqual([claimed.members[1].deliveredSeq, claimed.members[1].readSeq], [0, 0]);
  assert.deepEqual(await assign(ask, ada, { conversationId: id }), claimed);
  assert.deepEqual(await assign(ask, ada, { conversationId: id, agentId: ada.id.toUpperCase() }), claimed);
  assert.deepEqual(await log(cleo, id), [
    `ParticipantJoined by ${ada.id} of ${ada.id}`,
    `ConversationChanged by ${ada.id}`,
  ]);
});

overBothTransports('of two agents who claim at once one gets it', async (t, ask) => {
  const [cleo, ada, bob] = [await customer(t), await agent(t), await agent(t)];
  const { id } = await start(ask, cleo, {});
  const results = await Promise.allSettled([ada, bob].map((each) => assign(ask, each, { conversationId: id })));
  const lost = results.filter((result) => result.status === 'rejected');
  assert.equal(lost.length, 1);
  assert.ok(refused('CONFLICT')(lost[0]!.reason));
  assert.equal((await log(cleo, id)).length, 2);
});

overBothTransports('the assignee hands over; others may not take it; a manager may', async (t, ask) => {
  const [cleo, ada, bob, grace] = [await customer(t), await agent(t), await agent(t), await manager(t)];
  const { id: conversationId } = await start(ask, cleo, {});
  await assign(ask, ada, { conversationId });
  await assert.rejects(assign(ask, bob, { conversationId }), refused('CONFLICT'));
  await assert.rejects(assign(ask, bob, { conversationId, agentId: grace.id }), refused('CONFLICT'));
  const handedOver = await assign(ask, ada, { conversationId, agentId: bob.id });
  assert.deepEqual(handedOver.assignee, { id: bob.id });
  assert.equal(handedOver.members.length, 3);
  assert.ok(handedOver.members.every(({ leftAt }: any) => leftAt === null));
  const overridden = await assign(ask, grace, { conversationId, agentId: ada.id });
  assert.deepEqual(overridden.assignee, { id: ada.id });
  assert.deepEqual((await log(cleo, conversationId)).slice(2), [
    `ParticipantJoined by ${ada.id} of ${bob.id}`,
    `ConversationChanged by ${ada.id}`,
    `ConversationChanged by ${grace.id}`,
  ]);
});

overBothTransports(
  'agents put what is nobody’s, or theirs, into another queue; a manager any; it is one event',
  async (t, ask) => {
    const [cleo, ada, bob, grace] = [await customer(t), await agent(t), await agent(t), await manager(t)];
    const { id: conversationId } = await start(ask, cleo, { queue: 'Parcels' });
    await assert.rejects(move(ask, cleo, { conversationId, queue: 'Money' }), refused('FORBIDDEN'));
    const moved = await move(ask, bob, { conversationId, queue: 'Money' });
    assert.deepEqual([moved.queue, moved.status, moved.headSeq, moved.members.length], ['Money', 'WAITING', 1, 1]);
    assert.deepEqual(await move(ask, bob, { conversationId, queue: 'Money' }), moved);
    await assign(ask, ada, { conversationId });
    await assert.rejects(move(ask, bob, { conversationId, queue: null }), refused('CONFLICT'));
    assert.equal((await move(ask, ada, { conversationId, queue: null })).queue, null);
    const last = await move(ask, grace, { conversationId, queue: 'Parcels' });
    assert.deepEqual([last.queue, last.assignee, last.headSeq], ['Parcels', { id: ada.id }, 5]);
    await close(ask, ada, { conversationId });
    await assert.rejects(move(ask, ada, { conversationId, queue: 'Money' }), refused('CONVERSATION_CLOSED'));
  },
);

overBothTransports('only agents and managers assign, and only to such', async (t, ask) => {
  const [cleo, mallory, ada] = [await customer(t), await customer(t), await agent(t)];
  const { id: conversationId } = await start(ask, cleo, {});
  await assert.rejects(assign(ask, cleo, { conversationId, agentId: ada.id }), refused('FORBIDDEN'));
  await assert.rejects(assign(ask, mallory, { conversationId }), refused('NOT_FOUND'));
  await assert.rejects(assign(ask, ada, { conversationId, agentId: cleo.id }), refused('BAD_USER_INPUT', 'agentId'));
  await assert.rejects(assign(ask, ada, { conversationId, agentId: randomUUID() }), refused('NOT_FOUND'));
  assert.equal((await read(ask, cleo, conversationId)).headSeq, 0);
});

overBothTransports('members who are agents add anybody who has used Parley, once', async (t, ask) => {
  const sub = `order system/${randomUUID()}`;
  const [cleo, dora, ada, bob] = [await customer(t), await customer(t, { sub }), await agent(t), await agent(t)];
  const { id: conversationId } = await start(ask, cleo, {});
  await assert.rejects(add(ask, bob, { conversationId, externalId: sub }), refused('FORBIDDEN'));
  await assign(ask, ada, { conversationId });
  await assert.rejects(add(ask, cleo, { conversationId, externalId: sub }), refused('FORBIDDEN'));
  await assert.rejects(add(ask, ada, { conversationId, externalId: 'nobody' }), refused('NOT_FOUND'));
  await assert.rejects(read(ask, dora, conversationId), refused('NOT_FOUND'));
  const added = await add(ask, ada, { conversationId, externalId: sub });
  assert.deepEqual(await add(ask, ada, { conversationId, externalId: sub }), added);
  assert.equal((await read(ask, dora, conversationId)).members.length, 3);
  assert.deepEqual((await log(dora, conversationId)).slice(2), [`ParticipantJoined by ${ada.id} of ${dora.id}`]);
});

overBothTransports(
  'whoever is removed sees nothing any more; back again they keep their watermarks',
  async (t, ask) => {
    const sub = randomUUID();
    const [cleo, ada] = [await customer(t, { sub }), await agent(t)];
    const { id: conversationId } = await start(ask, cleo, {});
    await assign(ask, ada, { conversationId });
    await cleo.acknowledge(conversationId, { deliveredSeq: 2, readSeq: 1 });
    const before = await read(ask, ada, conversationId);
    const removed = await remove(ask, ada, { conversationId, participantId: cleo.id });
    const [gone] = removed.members;
    assert.equal(gone.participant.id, cleo.id);
    assert.ok(gone.leftAt);
    assert.deepEqual(await remove(ask, ada, { conversationId, participantId: cleo.id }), removed);
    await assert.rejects(read(ask, cleo, conversationId), refused('NOT_FOUND'));
    await assert.rejects(start(ask, cleo, { id: conversationId }), refused('NOT_FOUND'));
    await assert.rejects(
      ask(cleo, documents.send, { input: { id: randomUUID(), conversationId, body: 'Hello?' } }),
      refused('NOT_FOUND'),
    );

    const back = (await add(ask, ada, { conversationId, externalId: sub })).members.find(
      ({ participant }: any) => participant.id === cleo.id,
    );
    assert.deepEqual([back.deliveredSeq, back.readSeq, back.leftAt], [2, 1, null]);
    assert.ok(back.joinedAt > before.members[0].joinedAt);
    assert.deepEqual((await log(cleo, conversationId)).slice(2), [
      `ParticipantLeft by ${ada.id} of ${cleo.id}`,
      `ParticipantJoined by ${ada.id} of ${cleo.id}`,
    ]);
  },
);

overBothTransports(
  'customers may leave but not remove; they see the conversation for the last time',
  async (t, ask) => {
    const [cleo, ada] = [await customer(t), await agent(t)];
    const { id: conversationId } = await start(ask, cleo, {});
    await assign(ask, ada, { conversationId });
    await assert.rejects(remove(ask, cleo, { conversationId, participantId: ada.id }), refused('FORBIDDEN'));
    const left = await remove(ask, cleo, { conversationId });
    assert.equal(left.id, conversationId);
    assert.ok(left.members.find(({ participant }: any) => participant.id === cleo.id).leftAt);
    await assert.rejects(remove(ask, cleo, { conversationId }), refused('NOT_FOUND'));
    await assert.rejects(remove(ask, ada, { conversationId, participantId: randomUUID() }), refused('NOT_FOUND'));
  },
);

overBothTransports('an assignee who leaves, leaves it waiting', async (t, ask) => {
  const [cleo, ada, bob] = [await customer(t), await agent(t), await agent(t)];
  const { id: conversationId } = await start(ask, cleo, {});
  await assign(ask, ada, { conversationId });
  const left = await remove(ask, ada, { conversationId });
  assert.deepEqual([left.status, left.assignee], ['WAITING', null]);
  assert.deepEqual((await log(cleo, conversationId)).slice(2), [
    `ParticipantLeft by ${ada.id} of ${ada.id}`,
    `ConversationChanged by ${ada.id}`,
  ]);
  await assert.rejects(remove(ask, ada, { conversationId }), refused('FORBIDDEN'));
  assert.deepEqual((await assign(ask, bob, { conversationId })).assignee, { id: bob.id });
});

overBothTransports('closing twice is one event, and so is reopening', async (t, ask) => {
  const [cleo, ada, bob] = [await customer(t), await agent(t), await agent(t)];
  const { id: conversationId } = await start(ask, cleo, {});
  await assert.rejects(close(ask, bob, { conversationId }), refused('FORBIDDEN'));
  await assign(ask, ada, { conversationId });
  const [closed] = await Promise.all([ada, cleo].map((each) => close(ask, each, { conversationId })));
  assert.equal(closed.status, 'CLOSED');
  assert.ok(closed.closedAt >= closed.createdAt);
  assert.deepEqual(closed.assignee, { id: ada.id });
  assert.equal((await read(ask, ada, conversationId)).headSeq, 3);

  await assert.rejects(reopen(ask, cleo, { conversationId }), refused('FORBIDDEN'));
  await assert.rejects(reopen(ask, bob, { conversationId }), refused('FORBIDDEN'));
  const opened = await reopen(ask, ada, { conversationId });
  assert.deepEqual([opened.status, opened.closedAt, opened.headSeq], ['OPEN', null, 4]);
  assert.deepEqual(await reopen(ask, ada, { conversationId }), opened);
});

overBothTransports('reopened without an assignee it waits', async (t, ask) => {
  const [cleo, ada, bob] = [await customer(t), await agent(t), await agent(t, { sub: randomUUID() })];
  const { id: conversationId } = await start(ask, cleo, {});
  await assign(ask, ada, { conversationId });
  await assign(ask, ada, { conversationId, agentId: bob.id });
  await remove(ask, bob, { conversationId });
  assert.equal((await close(ask, cleo, { conversationId })).status, 'CLOSED');
  assert.equal((await reopen(ask, ada, { conversationId })).status, 'WAITING');
});

overBothTransports('a closed conversation takes no changes of members or assignee', async (t, ask) => {
  const sub = randomUUID();
  await customer(t, { sub });
  const [cleo, ada, bob] = [await customer(t), await agent(t), await agent(t)];
  const { id: conversationId } = await start(ask, cleo, {});
  await assign(ask, ada, { conversationId });
  const closed = await close(ask, cleo, { conversationId });
  const closedToThat = refused('CONVERSATION_CLOSED');
  await assert.rejects(assign(ask, ada, { conversationId, agentId: bob.id }), closedToThat);
  assert.equal((await assign(ask, ada, { conversationId })).status, 'CLOSED', 'a retry changes nothing');
  await assert.rejects(add(ask, ada, { conversationId, externalId: sub }), closedToThat);
  await assert.rejects(remove(ask, cleo, { conversationId }), closedToThat);
  await assert.rejects(ask(ada, documents.type, { input: { conversationId, typing: true } }), closedToThat);
  assert.deepEqual({ ...(await read(ask, cleo, conversationId)), unreadCount: 0 }, { ...closed, unreadCount: 0 });
});

overBothTransports('the newest name and role of a participant hold at once, on open sockets too', async (t, ask) => {
  const sub = randomUUID();
  const ada = await customer(t, { sub });
  const { id } = await start(ask, await customer(t), {});
  await assert.rejects(read(ask, ada, id), refused('NOT_FOUND'));
  await connect(t, server, { sub, role: 'AGENT', name: 'Ada Lovelace' });
  assert.equal((await read(ask, ada, id)).id, id);
  assert.deepEqual((await ask(ada, '{ viewer { name role } }')).viewer, { name: 'Ada Lovelace', role: 'AGENT' });
});
