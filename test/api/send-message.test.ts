import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { claimedConversation, edit, messagesOf, read, remove, send } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

overBothTransports('a message is answered as it is stored, and reads the same to everybody', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const [id, sentAt] = [randomUUID(), '2026-11-22T09:30:00.123Z'];
  const sent = await send(ask, cleo, {
    id: id.toUpperCase(),
    conversationId: conversationId.toUpperCase(),
    body: 'Hello 👋🏽',
    sentAt,
  });
  const { createdAt } = sent.message;
  assert.deepEqual(sent, {
    duplicate: false,
    message: {
      id,
      seq: 3,
      body: 'Hello 👋🏽',
      version: 1,
      status: 'SENT',
      sender: { id: cleo.id },
      sentAt,
      createdAt,
      editedAt: null,
      deletedAt: null,
    },
  });
  for (const reader of [cleo, ada]) assert.deepEqual(await messagesOf(ask, reader, conversationId), [sent.message]);
  const again = await send(ask, ada, {
    id: randomUUID(),
    conversationId,
    body: 'Hi',
    sentAt: '2026-11-22T10:30:00+01:00',
  });
  assert.equal(again.message.sentAt, '2026-11-22T09:30:00.000Z');
  assert.equal((await send(ask, ada, { id: randomUUID(), conversationId, body: '!' })).message.sentAt, null);
  const ends = ['0001-01-01T00:00:00.000Z', '1899-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'];
  for (const time of ends) await send(ask, cleo, { id: randomUUID(), conversationId, body: 'When?', sentAt: time });
  const stored = (await messagesOf(ask, ada, conversationId)).slice(-3).map((each) => each.sentAt);
  assert.deepEqual(stored, ends);
});

overBothTransports('the same id again is the same message, five at once too', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  const input = { id: randomUUID(), conversationId, body: 'Once' };
  const all = await Promise.all(Array.from({ length: 5 }, () => send(ask, cleo, input)));
  assert.deepEqual(all.map(({ duplicate }) => duplicate).sort(), [false, true, true, true, true]);
  for (const { message } of all) assert.deepEqual(message, all[0].message);
  const later = await send(ask, cleo, { ...input, sentAt: new Date().toISOString() });
  assert.deepEqual(later, { duplicate: true, message: all[0].message });
  assert.equal((await read(ask, cleo, conversationId)).headSeq, 3);
});

overBothTransports(
  'the same id with other content, in another place or by somebody else is a conflict',
  async (t, ask) => {
    const { cleo, ada, conversationId } = await claimedConversation(t, server);
    const input = { id: randomUUID(), conversationId, body: 'Once' };
    await send(ask, cleo, input);
    const another = await cleo.start();
    await assert.rejects(send(ask, cleo, { ...input, body: 'Twice' }), refused('CONFLICT'));
    await assert.rejects(send(ask, cleo, { ...input, conversationId: another }), refused('CONFLICT'));
    await assert.rejects(send(ask, ada, input), refused('CONFLICT'));
    assert.equal((await read(ask, cleo, conversationId)).headSeq, 3);
  },
);

overBothTransports('a retry finds its message whatever happened to it since', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const input = { id: randomUUID(), conversationId, body: 'As first sent' };
  await send(ask, cleo, input);
  const edited = await edit(ask, cleo, { conversationId, messageId: input.id, body: 'Edited', version: 1 });
  assert.deepEqual(await send(ask, cleo, input), { duplicate: true, message: edited });
  await ada.run(documents.close, { input: { conversationId } });
  assert.deepEqual(await send(ask, cleo, input), { duplicate: true, message: edited });
  const tombstone = await remove(ask, cleo, { conversationId, messageId: input.id });
  for (const body of [input.body, 'Anything: there is nothing left to compare with'])
    assert.deepEqual(await send(ask, cleo, { ...input, body }), { duplicate: true, message: tombstone });
  await assert.rejects(send(ask, ada, input), refused('CONFLICT'));
});

overBothTransports('only members send; to others the conversation is not there or not theirs', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  const input = () => ({ id: randomUUID(), conversationId, body: 'Hello' });
  await assert.rejects(send(ask, await connect(t, server), input()), refused('NOT_FOUND'));
  await assert.rejects(send(ask, await connect(t, server, { role: 'AGENT' }), input()), refused('FORBIDDEN'));
  await assert.rejects(send(ask, await connect(t, server, { role: 'MANAGER' }), input()), refused('FORBIDDEN'));
  assert.deepEqual(await messagesOf(ask, cleo, conversationId), []);
});

overBothTransports('8,000 code points fit, astral ones too, and come back as they were written', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const astral = Array.from({ length: 8_000 }, (_, n) => String.fromCodePoint(0x1f300 + (n % 256))).join('');
  const strange =
    '\u202Eright to left\u202C <script>alert(1)</script> \r\n\t\u0007 javascript:x \'"\\ %s \u{10FFFF}\uFFFD';
  for (const body of [astral, strange, ' ', 'x'.repeat(8_000)]) {
    const { message } = await send(ask, cleo, { id: randomUUID(), conversationId, body });
    assert.equal(message.body, body);
    const edited = await edit(ask, cleo, {
      conversationId,
      messageId: message.id,
      body: `${body}`.replace(/.$/su, 'é'),
      version: 1,
    });
    assert.equal((await messagesOf(ask, ada, conversationId)).at(-1).body, edited.body);
  }
});
