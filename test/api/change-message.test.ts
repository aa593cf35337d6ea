import assert from 'node:assert/strict';
import { connect, OperationError } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { claimedConversation, edit, messagesOf, read, remove } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

overBothTransports('an edit makes a new version; repeating it changes nothing', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const { id: messageId } = await cleo.send(conversationId, 'Frist');
  const input = { conversationId, messageId, body: 'First', version: 1 };
  const edited = await edit(ask, cleo, input);
  assert.deepEqual([edited.body, edited.version, edited.seq], ['First', 2, 3]);
  assert.ok(edited.editedAt >= edited.createdAt);
  assert.deepEqual(await edit(ask, cleo, input), edited);
  assert.deepEqual(await edit(ask, cleo, { ...input, version: 2 }), edited);
  assert.equal((await read(ask, cleo, conversationId)).headSeq, 4);
  assert.deepEqual(await messagesOf(ask, ada, conversationId), [edited]);
  await ada.run(documents.close, { input: { conversationId } });
  assert.deepEqual(await edit(ask, cleo, input), edited);
  await assert.rejects(edit(ask, cleo, { ...input, body: 'Too late', version: 2 }), refused('CONVERSATION_CLOSED'));
});

overBothTransports(
  'an edit of an older version is a conflict, with the current message to write on top of',
  async (t, ask) => {
    const { cleo, conversationId } = await claimedConversation(t, server);
    const { id: messageId } = await cleo.send(conversationId, 'One');
    const current = await edit(ask, cleo, { conversationId, messageId, body: 'Two', version: 1 });
    const clash = edit(ask, cleo, { conversationId, messageId, body: 'Three', version: 1 });
    await assert.rejects(clash, (error) => {
      assert.ok(refused('CONFLICT')(error) && error instanceof OperationError);
      const { status: _, ...stored } = current;
      assert.deepEqual(error.errors[0]!.extensions!.message, { ...stored, conversationId });
      return true;
    });
    const onTop = await edit(ask, cleo, { conversationId, messageId, body: 'Three', version: 2 });
    assert.deepEqual([onTop.body, onTop.version], ['Three', 3]);
    await assert.rejects(
      edit(ask, cleo, { conversationId, messageId, body: 'X', version: 4 }),
      refused('BAD_USER_INPUT', 'version'),
    );
  },
);

overBothTransports('of two edits at once one wins', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  const { id: messageId } = await cleo.send(conversationId, 'One');
  const bodies = ['Two', 'Three', 'Four'];
  const results = await Promise.allSettled(
    bodies.map((body) => edit(ask, cleo, { conversationId, messageId, body, version: 1 })),
  );
  const lost = results.filter((result) => result.status === 'rejected');
  assert.equal(lost.length, 2);
  for (const { reason } of lost) assert.ok(refused('CONFLICT')(reason));
  assert.equal((await read(ask, cleo, conversationId)).headSeq, 4);
});

overBothTransports('only its sender edits a message', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const grace = await connect(t, server, { role: 'MANAGER' });
  await ada.run(documents.assign, { input: { conversationId, agentId: grace.id } });
  const { id: messageId } = await cleo.send(conversationId, 'Mine');
  const input = { conversationId, messageId, body: 'Not yours', version: 1 };
  for (const other of [ada, grace]) await assert.rejects(edit(ask, other, input), refused('FORBIDDEN'));
  await assert.rejects(edit(ask, await connect(t, server), input), refused('NOT_FOUND'));
  const elsewhere = await cleo.start();
  await assert.rejects(edit(ask, cleo, { ...input, conversationId: elsewhere }), refused('NOT_FOUND'));
});

overBothTransports(
  'deleting leaves a tombstone, twice is one event, and it works in closed conversations',
  async (t, ask) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const { id: messageId } = await cleo.send(conversationId, 'My card number is 4111 1111 1111 1111');
    await edit(ask, cleo, { conversationId, messageId, body: 'My card number: 4111 1111 1111 1111', version: 1 });
    await ada.run(documents.close, { input: { conversationId } });
    const [gone] = await Promise.all([1, 2, 3].map(() => remove(ask, cleo, { conversationId, messageId })));
    assert.deepEqual([gone.body, gone.version, gone.seq, gone.sender], [null, 3, 3, { id: cleo.id }]);
    assert.ok(gone.deletedAt >= gone.editedAt);
    assert.equal((await read(ask, cleo, conversationId)).headSeq, 6);
    assert.deepEqual(await messagesOf(ask, ada, conversationId), [gone]);

    const replay = ada.follow(conversationId, 0);
    await replay.caughtUp();
    assert.equal(replay.events.filter(({ __typename }) => __typename === 'MessageDeleted').length, 1);
    assert.doesNotMatch(JSON.stringify(replay.all), /4111/);
  },
);

overBothTransports(
  'a deleted message is not edited any more, and the conflict does not bring it back',
  async (t, ask) => {
    const { cleo, conversationId } = await claimedConversation(t, server);
    const { id: messageId } = await cleo.send(conversationId, 'Secret');
    await remove(ask, cleo, { conversationId, messageId });
    for (const version of [1, 2]) {
      await assert.rejects(edit(ask, cleo, { conversationId, messageId, body: 'New', version }), (error) => {
        assert.ok(refused('CONFLICT')(error) && error instanceof OperationError);
        assert.equal(error.errors[0]!.extensions!.message.body, null);
        assert.ok(error.errors[0]!.extensions!.message.deletedAt);
        return true;
      });
    }
  },
);

overBothTransports('a message is deleted by its sender or by a manager who is a member', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const grace = await connect(t, server, { role: 'MANAGER' });
  const input = { conversationId, messageId: (await cleo.send(conversationId, 'Rude')).id };
  await assert.rejects(remove(ask, ada, input), refused('FORBIDDEN'));
  await assert.rejects(remove(ask, grace, input), refused('FORBIDDEN'));
  await assert.rejects(remove(ask, await connect(t, server), input), refused('NOT_FOUND'));
  await ada.run(documents.assign, { input: { conversationId, agentId: grace.id } });
  assert.equal((await remove(ask, grace, input)).body, null);
});
