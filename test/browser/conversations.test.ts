import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { execute } from '../harness/execute.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser, type VisitedPage } from './browser.ts';

/** Where a page streams a file to: the browser's own file system, in place of a dialogue that no test can answer. */
const saveToBrowser = (page: VisitedPage) =>
  page.addInitScript(`window.showSaveFilePicker = async ({ suggestedName }) =>
    (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`);
const savedIn = (page: VisitedPage) =>
  page.evaluate<[string, number[], string]>(`(async () => {
    for await (const [name, file] of (await navigator.storage.getDirectory()).entries()) {
      const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
      return [name, [...bytes.slice(0, 3)], new TextDecoder().decode(bytes)];
    }
  })()`);

const narrow = { viewport: { width: 390, height: 844 } };

describeInBrowser('conversations, sessions, delivery and their CSV', (visit) => {
  test('a conversation is found, and read with receipts, events and notes, live', async (t) => {
    const cleo = await connect(t, visit.server(), { name: 'Cleo' });
    const ada = await connect(t, visit.server(), { role: 'AGENT', name: 'Ada' });
    const id = await cleo.start({
      subject: '=Refund for order 1042',
      topic: 'billing',
      queue: 'Money',
      priority: 'HIGH',
    });
    await cleo.start({ subject: 'Another matter', topic: 'shipping' });
    await ada.claim(id);
    const first = await cleo.send(id, 'I sent it back <b>two weeks</b> ago');
    const gone = await cleo.send(id, 'my card is 4111');
    await cleo.run(documents.remove, { input: { conversationId: id, messageId: gone.id } });
    await ada.acknowledge(id, { readSeq: first.seq });
    const page = await visit.openSignedIn('/conversations');
    await saveToBrowser(page);
    await page.reload();
    await page.getByRole('link', { name: 'Another matter' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('searchbox', { name: 'Search' }).fill('refund cleo');
    await page.keyboard.press('Enter');
    await page.waitForURL('/conversations?q=refund+cleo');
    await page.getByRole('link', { name: 'Another matter' }).waitFor({ state: 'hidden' });
    await page.getByLabel('Priority').selectOption('High');
    await page.getByLabel('Agent').selectOption('Ada');
    await page.getByLabel('Queue').fill('Money');
    await page.keyboard.press('Enter');
    await page.waitForURL(/queue=Money/);
    await page.getByLabel('Active in the last').selectOption('7 days');
    await page.waitForURL(/priority=HIGH&queue=Money&agent=.*&range=7d/);
    await page.getByRole('button', { name: 'Export these conversations as CSV' }).click();
    await page.getByText('1 row exported').waitFor();
    const [name, , csv] = await savedIn(page);
    assert.match(name, /^parley-conversations-7d-/);
    assert.match(csv, new RegExp(`\\r\\n'=Refund for order 1042,Cleo,Open,High,Money,billing,Ada,.*Z,${id}\\r\\n$`));

    await page.getByRole('link', { name: 'Refund for order 1042' }).click();
    const message = page.locator(`[data-message="${first.id}"]`);
    await message.getByText('Read by Ada').waitFor();
    await message.getByText('I sent it back <b>two weeks</b> ago').waitFor();
    await page.getByText(/^This message was deleted at/).waitFor();
    await page.getByText('Ada took it').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const reply = await ada.send(id, 'Let me lok.');
    await ada.run(documents.edit, {
      input: { conversationId: id, messageId: reply.id, body: 'Let me look.', version: 1 },
    });
    await page.locator(`[data-message="${reply.id}"]`).getByText('edited').waitFor();
    await page.getByRole('textbox', { name: 'New note' }).fill('Finance has paid on Monday');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Finance has paid on Monday' })
      .filter({ hasText: 'Manager' })
      .waitFor();
    await ada.run(documents.close, { input: { conversationId: id } });
    await page.getByText('Closed by Ada').waitFor();
    await cleo.run(documents.rate, { input: { conversationId: id, rating: 2, comment: 'Took ages' } });
    await page.reload();
    await page.getByText('2 of 5').waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: 'All conversations' }).click();
    await page.waitForURL(/q=refund\+cleo/);
    await page.goto('/conversations?q=nothing+like+it');
    await page.getByText('Nothing is found').waitFor();
    await page.goto(`/conversations?id=${cleo.id}`);
    await page.getByText('There is no conversation with this id').waitFor();
    assert.deepEqual(page.problems, []);

    const small = await visit.openSignedIn(`/conversations?id=${id}`, { viewport: { width: 320, height: 640 } });
    await small.getByText('Took ages').waitFor();
    await assertFits(small);
    await small
      .getByRole('link', { name: /^Journey of the message of Cleo/ })
      .first()
      .click();
    await small.waitForURL(`/journey?message=${first.id}`);
  });

  test('sessions: whose, on what, and their end', async (t) => {
    const zoe = await connect(t, visit.server(), { name: 'Zoe', sub: 'shop-17@example.com' });
    await zoe.start();
    const page = await visit.openSignedIn('/sessions');
    await page
      .getByRole('row', { name: /^Manager/ })
      .getByText('this one')
      .first()
      .waitFor();
    await assertAccessible(page);
    await page.getByRole('searchbox', { name: 'Whose' }).fill('shop-17@ex');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'Zoe · customer · shop-17@example.com' }).click();
    await page.waitForURL(`/sessions?participant=${zoe.id}`);
    await page.getByRole('button', { name: 'End this session of Zoe' }).click();
    await page.getByRole('dialog', { name: 'End this session?' }).getByRole('button', { name: 'End' }).click();
    await page.getByText('Ended: its tokens are refused').waitFor();
    assert.equal(await zoe.closed, 4403);
    await page.getByText('There is none').waitFor();
    await page.getByRole('switch', { name: 'Also those that are over' }).click();
    await page.getByRole('cell', { name: 'Ended' }).waitFor();
    await page.getByRole('button', { name: 'End all of them' }).click();
    const question = page.getByRole('dialog', { name: 'End all sessions?' });
    await question.waitFor();
    await assertAccessible(page);
    await question.getByRole('button', { name: 'Keep' }).click();
    assert.deepEqual(page.problems, []);
  });

  test('an agent reads, notes and follows messages, sees their own sessions, and no page of managers', async (t) => {
    const cleo = await connect(t, visit.server(), { name: 'Cleo' });
    const id = await cleo.start({ subject: 'A question to the desk' });
    const { id: messageId } = await cleo.send(id, 'Hello?');
    const page = await visit.openSignedIn('/conversations', narrow, { role: 'AGENT', externalId: 'ada', name: 'Ada' });
    await page.getByRole('table').waitFor();
    const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
    assert.deepEqual(await links.allInnerTexts(), ['Conversations', 'Try it', 'Journey', 'Sessions', 'GraphQL']);
    await assertFits(page);
    await page.getByRole('link', { name: 'A question to the desk' }).click();
    await page.getByRole('textbox', { name: 'New note' }).fill('She has asked before');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.getByRole('listitem').filter({ hasText: 'She has asked before' }).filter({ hasText: 'Ada' }).waitFor();
    await page
      .getByRole('link', { name: /^Journey of the message of Cleo/ })
      .first()
      .click();
    await page.waitForURL(`/journey?message=${messageId}`);
    await page.getByRole('heading', { name: 'Sent', exact: true }).waitFor();

    await page.goto('/');
    await page.waitForURL('/conversations');
    for (const path of ['/delivery', '/support', '/satisfaction', '/dead-letters', '/settings']) {
      await page.goto(path);
      await page.getByRole('heading', { name: 'This page is for managers' }).waitFor();
    }
    await assertAccessible(page);
    await page.goto('/try-it');
    await page.getByRole('heading', { name: 'Try it', level: 1 }).waitFor();
    assert.deepEqual(page.problems, []);

    // Somebody else's are not asked for, whatever the address says.
    await page.goto(`/sessions?participant=${cleo.id}`);
    await page.getByRole('row', { name: /^Ada/ }).getByText('this one').waitFor();
    assert.equal(await page.getByRole('row').count(), 2);
    assert.equal(await page.getByRole('searchbox', { name: 'Whose' }).count(), 0);
    await assertAccessible(page);
    await page.getByRole('button', { name: 'End this session of Ada' }).click();
    await page.getByRole('dialog', { name: 'End this session?' }).getByRole('button', { name: 'End' }).click();
    await page.getByRole('heading', { name: 'Sign in to see your dashboard' }).waitFor();
  });

  test('delivery: how fast, how reliably, and what waits, over time and as a file', async () => {
    await execute(
      visit.databaseUrl(),
      `INSERT INTO kpi_rollup (metric, span_minutes, starts_at, count, bucket_numbers, bucket_counts)
       SELECT metric, span, date_bin(span * interval '1 minute', now() - interval '4 hours', '2026-01-01T00:00:00Z'), 4, '{240}', '{4}'
       FROM unnest(ARRAY['sent_to_commit', 'accepted_to_commit']) metric, unnest(ARRAY[15, 60, 240, 1440]) span
       ON CONFLICT DO NOTHING`,
    );
    const page = await visit.openSignedIn('/delivery?range=24h');
    await page.locator('[data-kpi=outbox]').getByText('nothing waits').waitFor();
    await page.locator('[data-kpi=latency]').waitFor();
    const card = page.getByRole('region', { name: 'Send to stored, over time' });
    await card.locator('svg.recharts-surface').first().waitFor();
    await assertAccessible(page);
    await page.locator('label').getByText('Stored to delivered', { exact: true }).click();
    await page.locator('label').getByText('Received to stored', { exact: true }).click();
    const table = page.getByRole('region', { name: 'Received to stored, over time', exact: true });
    await table.getByText('Table').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      table.getByRole('button', { name: /^Export/ }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^parley-received-to-stored-over-time-24h-.*\.csv$/);
    const lines = (await text((await download.createReadStream())!)).split('\r\n');
    const rows = await table.getByRole('row').all();
    assert.equal(lines.length, rows.length + 1);
    assert.equal(lines[0], 'From,Median,95th percentile,99th percentile,Measured');
    assert.ok(lines.some((line) => line.includes('No data')));
    await page.getByText('7 d', { exact: true }).click();
    await page.waitForURL('/delivery?range=7d');
    assert.deepEqual(page.problems, []);

    const small = await visit.openSignedIn('/delivery', narrow);
    await small.locator('[data-kpi=trend-STORED_RATIO]').waitFor();
    await assertFits(small);
  });

  test('dead letters are taken along as CSV, page by page', async (t) => {
    const cleo = await connect(t, visit.server());
    const id = await cleo.start();
    for (const body of ['one', 'two']) await cleo.send(id, body);
    await execute(
      visit.databaseUrl(),
      `INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts, last_error)
       SELECT 1000 + n, '${id}', n, now(), 10, 'Redis said no' FROM generate_series(1, 2) n`,
    );
    const page = await visit.open();
    await saveToBrowser(page);
    await page.goto(await visit.signInLink());
    await page.waitForURL('/');
    await page.goto('/dead-letters');
    await page.getByRole('button', { name: 'Export the dead letters as CSV' }).click();
    await page.getByText('2 rows exported').waitFor();
    const [name, mark, csv] = await savedIn(page);
    assert.match(name, /^parley-dead-letters-all-\d{4}-\d\d-\d\d\.csv$/);
    assert.deepEqual(mark, [0xef, 0xbb, 0xbf]);
    assert.match(csv, new RegExp(`^Conversation,Seq,.*\r\n${id},2,.*,10,Redis said no\r\n${id},1,`));
  });
});
