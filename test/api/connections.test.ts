import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type Actor, connect } from '../harness/actor.ts';
import { claimedConversation } from './operations.ts';
import { type Ask, overBothTransports } from './over-both-transports.ts';
import { startForFile } from './start-for-file.ts';

const server = await startForFile();

const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const messages = `query Page($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  conversation(id: $id) {
    messages(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { id seq body } } ${pageInfo} }
  }
}`;
const conversations = `query List($filter: ConversationFilter, $first: Int, $after: String) {
  conversations(filter: $filter, first: $first, after: $after) { edges { cursor node { id status } } ${pageInfo} }
}`;

type Page = {
  edges: { cursor: string; node: { id: string; seq: number; body: string; status: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
};
const pageOf = async (ask: Ask, actor: Actor, id: string, args: Record<string, unknown>): Promise<Page> =>
  (await ask(actor, messages, { id, ...args })).conversation.messages;
const listOf = async (ask: Ask, actor: Actor, args: Record<string, unknown> = {}): Promise<Page> =>
  (await ask(actor, conversations, args)).conversations;
const ids = ({ edges }: Page) => edges.map(({ node }) => node.id);

/** 250 messages with other events in between: seqs with holes, as far as messages go. */
async function longConversation(t: TestContext) {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const sent: { id: string; seq: number }[] = [];
  for (let from = 0; from < 250; from += 50) {
    const bodies = Array.from({ length: 50 }, (_, n) => `message ${from + n}`);
    sent.push(...(await Promise.all(bodies.map((body) => cleo.send(conversationId, body)))));
    await cleo.run('mutation ($input: DeleteMessageInput!) { deleteMessage(input: $input) { message { id } } }', {
      input: { conversationId, messageId: sent.at(-1)!.id },
    });
  }
  sent.sort((a, b) => a.seq - b.seq);
  return { cleo, ada, conversationId, expected: sent.map(({ id }) => id) };
}

test('messages: 250 in pages of 7, forwards and backwards, over both transports', async (t) => {
  const { cleo, ada, conversationId, expected } = await longConversation(t);
  const asks: [string, Ask][] = [
    ['HTTP', (actor, document, variables) => actor.post(document, variables)],
    ['socket', (actor, document, variables) => actor.run(document, variables)],
  ];
  for (const [name, ask] of asks) {
    await t.test(`over ${name}, forwards`, async () => {
      const seen: string[] = [];
      for (let after: string | null = null; ; ) {
        const page = await pageOf(ask, ada, conversationId, { first: 7, after });
        assert.deepEqual(page.pageInfo, {
          hasNextPage: seen.length + 7 < 250,
          hasPreviousPage: seen.length > 0,
          startCursor: page.edges.at(0)!.cursor,
          endCursor: page.edges.at(-1)!.cursor,
        });
        seen.push(...ids(page));
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      assert.deepEqual(seen, expected);
    });

    await t.test(`over ${name}, backwards; oldest first within a page all the same`, async () => {
      const seen: string[] = [];
      for (let before: string | null = null; ; ) {
        const page = await pageOf(ask, cleo, conversationId, { last: 7, before });
        assert.equal(page.pageInfo.hasPreviousPage, seen.length + 7 < 250);
        assert.equal(page.pageInfo.hasNextPage, before !== null);
        seen.unshift(...ids(page));
        if (!page.pageInfo.hasPreviousPage) break;
        before = page.pageInfo.startCursor;
      }
      assert.deepEqual(seen, expected);
    });

    await t.test(`over ${name}: the last 50 by default, up to 100, and between two cursors`, async () => {
      assert.deepEqual(ids(await pageOf(ask, ada, conversationId, {})), expected.slice(-50));
      assert.deepEqual(ids(await pageOf(ask, ada, conversationId, { first: 100 })), expected.slice(0, 100));
      assert.deepEqual(ids(await pageOf(ask, ada, conversationId, { last: 100 })), expected.slice(-100));
      const { edges } = await pageOf(ask, ada, conversationId, { first: 100 });
      const [after, before] = [edges[9]!.cursor, edges[20]!.cursor];
      assert.deepEqual(
        ids(await pageOf(ask, ada, conversationId, { first: 100, after, before })),
        expected.slice(10, 20),
      );
      assert.deepEqual(ids(await pageOf(ask, ada, conversationId, { last: 3, after, before })), expected.slice(17, 20));
    });
  }

  await t.test('a page beyond the end is empty, without cursors', async () => {
    const { pageInfo: end } = await pageOf(asks[0]![1], ada, conversationId, { last: 1 });
    const beyond = await pageOf(asks[0]![1], ada, conversationId, { first: 7, after: end.endCursor });
    assert.deepEqual(beyond, {
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  await t.test('what is sent while somebody pages does not shift the pages', async () => {
    const first = await pageOf(asks[0]![1], ada, conversationId, { last: 7 });
    await cleo.send(conversationId, 'meanwhile');
    const second = await pageOf(asks[0]![1], ada, conversationId, { last: 7, before: first.pageInfo.startCursor });
    assert.deepEqual(ids(second), expected.slice(-14, -7));
  });
});

overBothTransports('conversations: newest activity first, in pages', async (t, ask) => {
  const ada = await connect(t, server, { role: 'AGENT' });
  const own = { filter: { mine: true } };
  assert.deepEqual(await listOf(ask, ada, own), {
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
  const newestFirst: string[] = [];
  for (let n = 0; n < 12; n++) newestFirst.unshift(await ada.start());
  assert.deepEqual(ids(await listOf(ask, ada, own)), newestFirst);

  const revived = newestFirst.splice(7, 1)[0]!;
  await ada.send(revived, 'Something new');
  newestFirst.unshift(revived);
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await listOf(ask, ada, { ...own, first: 5, after });
    assert.equal(page.pageInfo.hasPreviousPage, after !== null);
    assert.equal(page.pageInfo.endCursor, page.edges.at(-1)!.cursor);
    seen.push(...ids(page));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  assert.deepEqual(seen, newestFirst);
});

overBothTransports('conversations: any message, edit or change counts as activity; receipts do not', async (t, ask) => {
  const { cleo, ada, conversationId } = await claimedConversation(t, server);
  const { id: messageId } = await cleo.send(conversationId, 'One');
  const other = await ada.start();
  const own = { filter: { mine: true } };
  await ada.acknowledge(conversationId, { readSeq: 3 });
  assert.deepEqual(ids(await listOf(ask, ada, own)), [other, conversationId]);
  await cleo.run('mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { id } } }', {
    input: { conversationId, messageId, body: 'Two', version: 1 },
  });
  assert.deepEqual(ids(await listOf(ask, ada, own)), [conversationId, other]);
});

overBothTransports('conversations: filters by status, assignee and membership, combined', async (t, ask) => {
  const [ada, bob] = [await connect(t, server, { role: 'AGENT' }), await connect(t, server, { role: 'AGENT' })];
  const cleo = await connect(t, server);
  const [waiting, open, closed] = [await cleo.start(), await cleo.start(), await cleo.start()];
  for (const id of [open, closed]) await ada.claim(id);
  await ada.run('mutation ($id: ID!) { closeConversation(input: { conversationId: $id }) { conversation { id } } }', {
    id: closed,
  });
  const filtered = async (who: Actor, filter: Record<string, unknown> | null) =>
    ids(await listOf(ask, who, { filter, first: 100 }))
      .filter((id) => [waiting, open, closed].includes(id))
      .sort();
  const all = [waiting, open, closed].sort();
  for (const filter of [null, {}, { status: [] }, { status: null, assigneeId: null, mine: null }, { mine: false }])
    assert.deepEqual(await filtered(bob, filter), all, JSON.stringify(filter));
  assert.deepEqual(await filtered(bob, { status: ['WAITING'] }), [waiting]);
  assert.deepEqual(await filtered(bob, { status: ['OPEN', 'CLOSED'] }), [open, closed].sort());
  assert.deepEqual(await filtered(bob, { assigneeId: ada.id.toUpperCase() }), [open, closed].sort());
  assert.deepEqual(await filtered(bob, { assigneeId: ada.id, status: ['CLOSED'] }), [closed]);
  assert.deepEqual(await filtered(bob, { assigneeId: randomUUID() }), []);
  assert.deepEqual(await filtered(bob, { mine: true }), []);
  assert.deepEqual(await filtered(ada, { mine: true }), [open, closed].sort());
});

overBothTransports('conversations: customers see their own, whatever they ask for', async (t, ask) => {
  const [cleo, dora, ada] = [
    await connect(t, server),
    await connect(t, server),
    await connect(t, server, { role: 'AGENT' }),
  ];
  const [first, second, foreign] = [await cleo.start(), await cleo.start(), await dora.start()];
  for (const filter of [null, { mine: false }, { mine: true }]) {
    assert.deepEqual(ids(await listOf(ask, cleo, { filter })), [second, first]);
    assert.deepEqual(ids(await listOf(ask, dora, { filter })), [foreign]);
  }
  await ada.claim(foreign);
  assert.deepEqual(ids(await listOf(ask, cleo, { filter: { assigneeId: ada.id } })), []);
  // A cursor is a position, not a permission.
  const { pageInfo: theirs } = await listOf(ask, dora);
  assert.deepEqual(ids(await listOf(ask, cleo, { after: theirs.startCursor })), [second, first].slice(0, 2));
  await cleo.run('mutation ($id: ID!) { removeParticipant(input: { conversationId: $id }) { conversation { id } } }', {
    id: first,
  });
  assert.deepEqual(ids(await listOf(ask, cleo)), [second]);
});

test('conversations are found by words of subject, topic and members, by ids, priority, queue, topic and time', async (t) => {
  const mark = randomUUID().slice(0, 8);
  const cleo = await connect(t, server, { name: `Cleo Øster${mark}`, sub: `shop-${mark}@example.com` });
  const ada = await connect(t, server, { role: 'AGENT', name: 'Ada' });
  const refund = await cleo.start({
    subject: `Rückzahlung for ${mark}-X`,
    topic: `Billing/${mark}`,
    queue: `Money ${mark}`,
    priority: 'HIGH',
  });
  const other = await cleo.start({ subject: 'Something else' });
  await ada.claim(refund);
  const message = await cleo.send(refund, `secret${mark}`);
  const open = 'mutation ($input: OpenNotesInput!) { openNotes(input: $input) { notes { id } } }';
  const notes = (await ada.run(open, { input: { conversationId: refund } })).openNotes.notes.id;
  const note = await ada.send(notes, `between us ${mark}`);
  const found = async (filter: object) => ids(await listOf((actor, ...rest) => actor.run(...rest), ada, { filter }));

  const cases: [string, string[]][] = [
    [`rückzahlung ${mark}`, [refund]],
    [`RÜCK bill ${mark} øster`, [refund]],
    [`øster${mark}`, [refund, other]],
    [`shop-${mark}@exam`, [refund, other]],
    [`ada ${mark}`, [refund]],
    [`else øster${mark}`, [other]],
    [`zahlung ${mark}`, []],
    [`secret${mark}`, []],
    [`between ${mark}`, []],
    ['…', []],
    [` ${refund.toUpperCase()} `, [refund]],
    [message.id, [refund]],
    [note.id, [refund]],
    [cleo.id, [refund, other]],
    [notes, []],
    [randomUUID(), []],
  ];
  for (const [search, expected] of cases) assert.deepEqual((await found({ search })).sort(), expected.sort(), search);

  const hers = { participantId: cleo.id };
  assert.deepEqual(await found({ ...hers, priority: ['HIGH', 'URGENT'] }), [refund]);
  assert.deepEqual(await found({ ...hers, topic: `Billing/${mark}` }), [refund]);
  assert.deepEqual(await found({ ...hers, topic: 'Billing' }), []);
  assert.deepEqual(await found({ ...hers, queue: `Money ${mark}` }), [refund]);
  assert.deepEqual(await found({ ...hers, queue: 'Money' }), []);
  const document = 'query ($id: ID!) { conversation(id: $id) { activeAt } }';
  const { activeAt } = (await ada.run(document, { id: refund })).conversation;
  const after = new Date(Date.parse(activeAt) + 1).toISOString();
  assert.deepEqual(await found({ ...hers, since: activeAt }), [refund]);
  assert.deepEqual(await found({ ...hers, since: after }), []);
  assert.deepEqual((await found({ ...hers, until: after })).sort(), [refund, other].sort());
  assert.deepEqual(await found({ ...hers, until: activeAt }), [other]);
});
