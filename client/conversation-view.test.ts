import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forCache } from './conversation-cache.ts';
import { shownMessages } from './conversation-view.ts';
import { applyUpdate, type ConversationState, foldEarlier, foldSnapshot, UNKNOWN_CURSOR, unreadCount } from './fold.ts';
import { ServerModel } from './fold-model.ts';
import type { QueueEntry } from './queue-entry.ts';

const common = {
  conversationId: 'c',
  order: 1,
  createdAt: 'now',
  attempts: 0,
  status: 'pending',
  failure: null,
} as const;
const failure = { code: 'CONVERSATION_CLOSED', message: 'closed', details: {} } as const;

function withMessages(count: number): { server: ServerModel; state: ConversationState } {
  const server = new ServerModel();
  server.run({ do: 'join', who: 'ada' });
  for (let n = 0; n < count; n++) server.run({ do: 'post', who: n % 2 ? 'ada' : 'cyrus' });
  return { server, state: foldSnapshot(server.snapshot(100)) };
}

const brief = (state: ConversationState | null, ...entries: QueueEntry[]) =>
  shownMessages(state, entries).map(({ id, body, status, change }) => [id, body, status, change?.status ?? null]);

test('a pending edit or deletion is shown as if it were done; a failed one beside what the server has', () => {
  const { state } = withMessages(1);
  const edit: QueueEntry = { ...common, id: 'e', kind: 'edit', messageId: 'm2', body: 'new', version: 1 };
  assert.deepEqual(brief(state, edit), [['m2', 'new', 'sent', 'pending']]);
  assert.deepEqual(brief(state, { ...edit, status: 'failed', failure }), [['m2', 'body 2', 'sent', 'failed']]);
  const gone: QueueEntry = { ...common, id: 'd', kind: 'delete', messageId: 'm2' };
  const [shown] = shownMessages(state, [edit, gone]);
  assert.deepEqual([shown?.body, shown?.change?.kind], [null, 'delete']);
});

test('an edit of a message that still waits is shown in it', () => {
  const send: QueueEntry = { ...common, id: 's', kind: 'send', body: 'draft', seq: null };
  const edit: QueueEntry = { ...common, id: 'e', kind: 'edit', messageId: 's', body: 'better', version: 1 };
  assert.deepEqual(brief(null, send, edit), [['s', 'better', 'pending', 'pending']]);
});

test('what was sent is shown as waiting until the stream has come to it, and then once', () => {
  const { server, state } = withMessages(1);
  const sent: QueueEntry = { ...common, id: 'm3', kind: 'send', status: 'sent', body: 'body 3', seq: 3 };
  assert.deepEqual(
    brief(state, sent).map(([id, , status]) => [id, status]),
    [
      ['m2', 'sent'],
      ['m3', 'sent'],
    ],
  );
  const [event] = server.run({ do: 'post', who: 'cyrus' });
  assert.deepEqual(
    brief(applyUpdate(state, event!), sent).map(([id]) => id),
    ['m2', 'm3'],
  );
});

test('unchanged messages are the same objects, so that a screen need not draw them again', () => {
  const { state } = withMessages(2);
  const [before, after] = [shownMessages(state, []), shownMessages({ ...state, subject: 'new' }, [])];
  assert.equal(before[0], after[0]);
});

test('a cached state is bounded, forgets what goes stale, counts unread as before, and takes earlier pages', () => {
  const { server, state } = withMessages(9);
  const cached = forCache({ ...state, members: state.members.map((m) => ({ ...m, online: true, typing: true })) }, 4);
  assert.equal(cached.messages.length, 4);
  assert.deepEqual([cached.fromSeq, cached.earlierCursor], [7, UNKNOWN_CURSOR]);
  assert.equal(unreadCount(cached), unreadCount(state));
  assert.ok(cached.members.every(({ online, typing }) => !online && !typing));
  const page = server.page(100, 7);
  assert.deepEqual(
    foldEarlier(cached, page).messages.map(({ id }) => id),
    state.messages.map(({ id }) => id),
  );
});
