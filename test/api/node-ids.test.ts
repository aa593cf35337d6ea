import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { startTopology } from '../harness/topology.ts';

test('an id belongs to one thing, whatever its type', async (t) => {
  const { first } = await startTopology(t, 'one process');
  const cleo = await connect(t, first, { sub: 'cleo' });
  const conversation = await cleo.start({ id: randomUUID() });
  const message = await cleo.send(conversation, 'hello');
  for (const id of [conversation, cleo.id]) {
    await assert.rejects(cleo.send(conversation, 'hello', id), { code: 'CONFLICT' }, 'as a message');
  }
  for (const id of [message.id, cleo.id]) {
    await assert.rejects(cleo.start({ id }), { code: 'CONFLICT' }, 'as a conversation');
  }
  for (const [id, type] of [
    [conversation, 'Conversation'],
    [message.id, 'Message'],
    [cleo.id, 'Participant'],
  ]) {
    const { node } = await cleo.run('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
    assert.deepEqual(node, { __typename: type, id });
  }
});
