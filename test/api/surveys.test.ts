import assert from 'node:assert/strict';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { claimedConversation, rate, read } from './operations.ts';
import { overBothTransports } from './over-both-transports.ts';
import { refused } from './refused.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

overBothTransports('the customer rates a closed conversation once, and may change it', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 5 }), refused('BAD_USER_INPUT', 'conversationId'));
  await cleo.run(documents.close, { input: { conversationId } });
  assert.equal((await read(ask, cleo, conversationId)).survey, null);

  const first = await rate(ask, cleo, { conversationId, rating: 2, comment: 'Slow. 🐌' });
  assert.deepEqual([first.conversationId, first.rating, first.comment], [conversationId, 2, 'Slow. 🐌']);
  assert.ok(Math.abs(Date.now() - Date.parse(first.submittedAt)) < 60_000);
  const changed = await rate(ask, cleo, { conversationId, rating: 5 });
  assert.deepEqual(changed, { ...first, rating: 5, comment: null });
  for (const reader of [cleo, ada])
    assert.deepEqual((await read(ask, reader, conversationId)).survey, { rating: 5, comment: null });
});

overBothTransports('five answers at once are one', async (t, ask) => {
  const { cleo, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  const ratings = [1, 2, 3, 4, 5];
  const answers = await Promise.all(ratings.map((rating) => rate(ask, cleo, { conversationId, rating })));
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
  assert.ok(ratings.includes((await read(ask, cleo, conversationId)).survey.rating));
});

overBothTransports('nobody else answers, and none after an hour', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  await assert.rejects(rate(ask, ada, { conversationId, rating: 5 }), refused('FORBIDDEN'));
  await assert.rejects(
    rate(ask, await connect(t, server, { role: 'MANAGER' }), { conversationId, rating: 5 }),
    refused('FORBIDDEN'),
  );
  await assert.rejects(rate(ask, await connect(t, server), { conversationId, rating: 5 }), refused('NOT_FOUND'));
  await rate(ask, cleo, { conversationId, rating: 1 });
  // An hour passes.
  await execute(
    server.database.url,
    `UPDATE survey SET submitted_at = submitted_at - interval '61 minutes' WHERE conversation_id = '${conversationId}'`,
  );
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 5 }), refused('CONFLICT'));
  assert.equal((await read(ask, cleo, conversationId)).survey.rating, 1);
});

overBothTransports('an answer stays when the conversation goes on', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  await cleo.run(documents.close, { input: { conversationId } });
  await rate(ask, cleo, { conversationId, rating: 4 });
  await ada.run(documents.reopen, { input: { conversationId } });
  assert.equal((await read(ask, cleo, conversationId)).survey.rating, 4);
  await assert.rejects(rate(ask, cleo, { conversationId, rating: 1 }), refused('BAD_USER_INPUT', 'conversationId'));
});
