import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createKept } from './kept.ts';
import { createOutgoingQueue, type OutgoingQueue } from './outgoing-queue.ts';
import { BrowserModel, type Fate, modelConnection, ServerModel } from './queue-model.ts';

const tab = fc.nat(1);
const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), tab, conversation: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), tab, at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), tab, at: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reload' as const), tab }) },
);
const fate = fc.constantFrom<Fate>(
  ...([
    'ok',
    'ok',
    'questionLost',
    'answerLost',
    'arrivesLate',
    'UNAVAILABLE',
    'RATE_LIMITED',
    'INTERNAL_SERVER_ERROR',
  ] as const),
);

interface Written {
  id: string;
  tab: number;
  conversationId: string;
  /** Resolved: it was stored before anything happened to its tab. */
  kept: boolean;
}

interface Tab {
  queue: OutgoingQueue;
  crash(): void;
}

function openTabs(s: fc.Scheduler, server: ServerModel, fates: Fate[], count: number) {
  const browser = new BrowserModel(s);
  const open = (): Tab => {
    const { storage, crash } = browser.openTab();
    const connection = modelConnection(s, server, () => fates.shift() ?? 'ok');
    // No limit: in this model INTERNAL_SERVER_ERROR is never the message's fault.
    const maxAttempts = Number.POSITIVE_INFINITY;
    const queue = createOutgoingQueue({
      connection,
      kept: createKept(storage),
      onEditConflict: 'overwrite',
      maxAttempts,
    });
    return {
      queue,
      crash() {
        crash();
        connection.close();
        void queue.close();
      },
    };
  };
  return { tabs: Array.from({ length: count }, open), open };
}

/** Far more than any run needs. */
const MAX_STEPS = 5_000;

/** Lets everything happen, in the order that the scheduler likes, until nothing is left. */
async function settle(s: fc.Scheduler): Promise<void> {
  let steps = 0;
  for (let quiet = 0; quiet < 3; quiet++) {
    while (s.count() > 0) {
      assert.ok(++steps < MAX_STEPS, 'it comes to rest');
      await s.waitOne();
      quiet = 0;
    }
    // Steps between two scheduled ones, of promises that wait for promises.
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

test('any order of writing, reloading, losing and repeating: each message once, in order, and each change made', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(command, { maxLength: 25, size: 'max' }),
      fc.array(fate, { maxLength: 40, size: 'max' }),
      fc.integer({ min: 1, max: 2 }),
      async (s, commands, fates, count) => {
        const server = new ServerModel();
        const { tabs, open } = openTabs(s, server, [...fates], count);
        const at = (n: number) => n % count;
        const conversations = [tabs[0]!.queue.start({}), tabs[at(1)]!.queue.start({})];
        // What is not stored yet when its tab crashes may be lost; here the conversations are.
        await settle(s);
        const written: Written[] = [];
        const changes = new Map<string, { body: string | null; done: boolean }>();
        const run = (c: (typeof commands)[number]) => {
          const n = at(c.tab);
          if (c.do === 'reload') {
            tabs[n]!.crash();
            tabs[n] = open();
          } else if (c.do === 'send') {
            const conversationId = conversations[c.conversation]!;
            const { id, kept } = tabs[n]!.queue.send(conversationId, `body ${written.length}`);
            const entry = { id, conversationId, tab: n, kept: false };
            written.push(entry);
            void kept.then((stored) => {
              entry.kept = stored;
            });
          } else {
            const message = written[c.at];
            if (!message || changes.has(message.id)) return;
            const change = { body: c.do === 'edit' ? `edit ${c.at}` : null, done: false };
            changes.set(message.id, change);
            const { queue } = tabs[n]!;
            const { id, conversationId } = message;
            const made = change.body
              ? queue.edit(conversationId, id, change.body, 1)
              : queue.delete(conversationId, id);
            made.then(
              () => {
                change.done = true;
              },
              () => {}, // its message was lost, or its tab
            );
          }
        };
        s.scheduleSequence(commands.map((c) => ({ builder: async () => run(c), label: c.do })));
        await settle(s);
        // Whatever crashed, somebody opens the page once more.
        const last = open();
        await settle(s);

        for (const conversationId of conversations) {
          const mine = written.filter((message) => message.conversationId === conversationId);
          const stored = server.conversations.get(conversationId)!.map(({ id }) => id);
          assert.equal(new Set(stored).size, stored.length);
          for (const n of tabs.keys()) {
            const ids = mine.filter((message) => message.tab === n).map(({ id }) => id);
            const theirs = stored.filter((id) => ids.includes(id));
            assert.deepEqual(
              theirs,
              ids.filter((id) => stored.includes(id)),
              'in the order in which each tab wrote',
            );
          }
          for (const { id, body } of server.conversations.get(conversationId)!) {
            const change = changes.get(id);
            if (change?.done) assert.equal(body, change.body, 'a change that was confirmed was made');
          }
          for (const { id, kept } of mine) assert.ok(!kept || stored.includes(id), 'what was kept was sent');
          const left = last.queue.entries(conversationId).filter(({ status }) => status !== 'sent');
          // Only what was done to a message that was lost before it was stored has failed.
          assert.ok(
            left.every((entry) => entry.status === 'failed' && entry.kind !== 'send'),
            JSON.stringify(left),
          );
        }
      },
    ),
    { numRuns: 400, endOnFailure: true },
  );
});

test('two tabs on one queue: every message is sent by one of them, once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(tab, { minLength: 1, maxLength: 20, size: 'max' }), async (s, turns) => {
      const server = new ServerModel();
      const { tabs } = openTabs(s, server, [], 2);
      const conversationId = tabs[0]!.queue.start({});
      await settle(s);
      const sent = turns.map((turn) => tabs[turn]!.queue.send(conversationId, 'hello'));
      const acknowledged = Promise.all(sent.map((sending) => sending.acknowledged));
      await settle(s);
      // Whichever tab has sent it, the one that wrote it is told.
      const seqs = (await acknowledged).map(({ seq }) => seq).sort((a, b) => a - b);
      assert.deepEqual(
        seqs,
        turns.map((_, i) => i + 1),
      );
      assert.deepEqual(server.arrived.toSorted(), sent.map(({ id }) => id).sort());
    }),
    { numRuns: 200, endOnFailure: true },
  );
});
