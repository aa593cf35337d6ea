import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyUpdate, type ConversationState, foldEarlier, foldSnapshot, interrupt, unreadCount } from './fold.ts';
import { ServerModel } from './fold-model.ts';
import type { ConversationUpdate, WirePage } from './types.ts';

const who = fc.constantFrom('ada', 'cyrus', 'mia');
const command = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('post' as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('edit' as const), at: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), at: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('receipt' as const), who, upTo: fc.nat(40), read: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('presence' as const), who, online: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('type' as const), who }) },
  // What happens to this device: its stream breaks, comes back, sends something twice; it scrolls up.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('double' as const), at: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('earlier' as const) }) },
);

test('D10: whatever happens, and however often the stream breaks, the folded state equals a fresh query', () => {
  fc.assert(
    fc.property(
      fc.array(command, { maxLength: 30, size: 'max' }),
      fc.array(command, { maxLength: 60, size: 'max' }),
      (before, after) => {
        const server = new ServerModel();
        server.run({ do: 'join', who: 'ada' });
        for (const c of before) server.run(c);
        let state = foldSnapshot(server.snapshot(3));
        let connected = true;
        let page: { cursor: string; answer: WirePage } | undefined;
        const receive = (updates: readonly ConversationUpdate[]) => {
          for (const update of updates) state = applyUpdate(state, update);
        };
        for (const c of after) {
          const live = server.run(c);
          if (connected) receive(live);
          // A page is put in after something else has happened: its copies may be older than what the stream has told.
          if (page && state.earlierCursor === page.cursor) state = foldEarlier(state, page.answer);
          page = undefined;
          if (c.do === 'break') {
            connected = false;
            state = interrupt(state);
          }
          if (c.do === 'resume' && !connected) {
            connected = true;
            receive(server.stream(state.headSeq));
          }
          if (c.do === 'double') receive(server.stream(c.at).filter((u) => 'seq' in u && u.seq <= state.headSeq));
          if (c.do === 'earlier' && state.earlierCursor) {
            page = { cursor: state.earlierCursor, answer: server.page(3, Number(state.earlierCursor)) };
          }
        }
        // Where nothing broke, what came live must be enough.
        if (!connected) receive(server.stream(state.headSeq));
        while (state.earlierCursor) {
          state = foldEarlier(state, server.page(3, Number(state.earlierCursor)));
        }
        const fresh = server.snapshot(1_000);
        assert.deepEqual(comparable(state), comparable(foldSnapshot(fresh)));
        assert.deepEqual(
          state.messages.map(({ id, status }) => [id, status]),
          fresh.conversation.messages.edges.map(({ node }) => [node.id, node.status.toLowerCase()]),
        );
        assert.equal(unreadCount(state), fresh.conversation.unreadCount);
      },
    ),
    { numRuns: 500 },
  );
});

test('a hole is not stepped over: an event that does not follow the head changes nothing', () => {
  const server = new ServerModel();
  const state = foldSnapshot(server.snapshot(10));
  server.run({ do: 'post', who: 'cyrus' });
  const [second] = server.run({ do: 'post', who: 'cyrus' });
  assert.equal(applyUpdate(state, second!), state);
});

test('D7: a lower watermark never takes a status back', () => {
  const server = new ServerModel();
  server.run({ do: 'join', who: 'ada' });
  server.run({ do: 'post', who: 'cyrus' });
  server.run({ do: 'receipt', who: 'ada', upTo: 2, read: true });
  const state = foldSnapshot(server.snapshot(10));
  assert.equal(state.messages[0]?.status, 'read');
  const participant = { id: 'ada', name: 'ada', role: 'AGENT' } as const;
  const lower = {
    __typename: 'ReceiptAdvanced',
    conversationId: 'c',
    participant,
    deliveredSeq: 0,
    readSeq: 0,
  } as const;
  assert.equal(applyUpdate(state, lower), state);
});

test('somebody who is deleted has no name any more, wherever they are shown; an event that is not known changes nothing', () => {
  const server = new ServerModel();
  for (const who of ['ada', 'cyrus'] as const) server.run({ do: 'join', who });
  server.run({ do: 'post', who: 'cyrus' });
  const state = foldSnapshot(server.snapshot(10));
  const participant = { id: 'cyrus', name: 'Deleted participant', role: 'CUSTOMER' } as const;
  const seq = state.headSeq + 1;
  const deleted = applyUpdate(state, { __typename: 'ParticipantDeleted', conversationId: 'c', seq, participant });
  assert.equal(deleted.headSeq, seq);
  assert.deepEqual(deleted.messages[0]?.sender, participant);
  assert.equal(deleted.members.find(({ id }) => id === 'cyrus')?.name, 'Deleted participant');
  assert.equal(deleted.members.length, state.members.length);
  const unknown = { __typename: 'SomethingNew', conversationId: 'c', seq: seq + 1 } as unknown as ConversationUpdate;
  assert.deepEqual(applyUpdate(deleted, unknown), { ...deleted, headSeq: seq + 1 });
});

/** What a fresh query can know: no typing, no caughtUp, and members in no particular order. */
function comparable({ caughtUp: _, members, unshown, ...rest }: ConversationState) {
  assert.deepEqual(unshown, []);
  const sorted = members.map((m) => ({ ...m, typing: false })).sort((a, b) => a.id.localeCompare(b.id));
  return { ...rest, members: sorted };
}
