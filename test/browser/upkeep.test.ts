import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import * as documents from '../harness/documents.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser } from './browser.ts';

const narrow = { viewport: { width: 390, height: 844 } };

describeInBrowser('support, settings, dead letters and satisfaction', (visit) => {
  test('a target and a forecast that managers set hold, and can be taken back', async () => {
    const page = await visit.openSignedIn('/settings');
    const sockets = page.locator('[data-metric=PEAK_SOCKETS]');
    await sockets.getByRole('textbox').fill('500');
    await sockets.getByRole('button', { name: 'Save' }).click();
    await sockets.getByText('Saved').waitFor();
    const csat = page.locator('[data-metric=CSAT]');
    assert.equal(await csat.getByRole('textbox').inputValue(), '90 %');
    await csat.getByRole('textbox').fill('85');
    await csat.getByRole('button', { name: 'Save' }).click();
    await csat.getByText('Saved').waitFor();
    await assertAccessible(page);

    await page.reload();
    assert.equal(await sockets.getByRole('textbox').inputValue(), '500');
    assert.equal(await csat.getByRole('textbox').inputValue(), '85 %');
    await page.goto('/?range=24h');
    await page.locator('[data-kpi=csat]').getByText('over 85 %').waitFor();
    await page.locator('[data-kpi=trend-PEAK_SOCKETS]').getByText('at least 500').waitFor();
    await page.goto('/settings');
    await csat.getByRole('button', { name: 'Default' }).click();
    await csat.getByText('Saved').waitFor();
    await eventually('the default', async () => (await csat.getByRole('textbox').inputValue()) === '90 %');
    assert.deepEqual(page.problems, []);

    const small = await visit.openSignedIn('/settings', narrow);
    await small.locator('[data-metric=CSAT]').waitFor();
    await assertFits(small);
    await assertAccessible(small);
  });

  test('the support desk: who waits, who works, how long it takes, when it is busy', async (t) => {
    const cleo = await connect(t, visit.server());
    const ada = await connect(t, visit.server(), { role: 'AGENT', name: 'Ada' });
    await cleo.start();
    const open = await cleo.start();
    await ada.claim(open);
    await cleo.send(open, 'Hello?');
    await execute(
      visit.databaseUrl(),
      `INSERT INTO kpi_rollup (metric, span_minutes, starts_at, count)
       SELECT 'messages', span, at, 4 * span / 15 FROM unnest(ARRAY[15, 60]) span,
         generate_series(date_trunc('hour', now()) - interval '9 days', now() - interval '2 hours', span * interval '1 minute') at`,
    );
    const page = await visit.openSignedIn('/support?range=7d');
    await page.locator('[data-kpi=waiting]').getByText('1', { exact: true }).waitFor();
    await page.getByRole('row', { name: 'Ada Online 1 1' }).waitFor();
    const heat = page.getByRole('region', { name: 'Messages by weekday and hour, table' });
    assert.equal((await heat.getByRole('cell', { name: '16', exact: true }).count()) > 100, true);
    await page.locator('[data-kpi=trend-ABANDONED_RATIO]').getByText('No data', { exact: true }).waitFor();
    await assertAccessible(page);
    await page.getByText('90 d', { exact: true }).click();
    await page.waitForURL('/support?range=90d');
    assert.deepEqual(page.problems, []);

    const small = await visit.openSignedIn('/support', narrow);
    await small.locator('[data-kpi=trend-WAITING_TIME]').waitFor();
    await assertFits(small);
  });

  test('dead letters are replayed at once, and discarded when that was meant', async (t) => {
    const page = await visit.openSignedIn('/dead-letters');
    await page.getByText('There are none').waitFor();
    await assertAccessible(page);

    const cleo = await connect(t, visit.server());
    const id = await cleo.start();
    for (const body of ['one', 'two']) await cleo.send(id, body);
    await execute(
      visit.databaseUrl(),
      `INSERT INTO dead_letter (id, conversation_id, seq, created_at, attempts, last_error)
       SELECT 1000 + n, '${id}', n, now(), 10, 'Redis said no' FROM generate_series(1, 2) n`,
    );
    await page.reload();
    const row = page.getByRole('row').filter({ hasText: 'Redis said no' });
    await row.first().waitFor();
    assert.equal(await row.count(), 2);
    await assertAccessible(page);
    await row.first().getByRole('button', { name: 'Replay' }).click();
    await page.getByText('1 event put back to be published.').waitFor();
    await eventually('the list without it', async () => (await row.count()) === 1);

    await row.getByRole('button', { name: 'Discard' }).click();
    const question = page.getByRole('dialog', { name: 'Discard this dead letter?' });
    await question.waitFor();
    await assertAccessible(page);
    await question.getByRole('button', { name: 'Keep' }).click();
    assert.equal(await row.count(), 1);
    await row.getByRole('button', { name: 'Discard' }).click();
    await question.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('There are none').waitFor();
    assert.deepEqual(page.problems, []);

    const small = await visit.openSignedIn('/dead-letters', narrow);
    await small.getByText('There are none').waitFor();
    await assertFits(small);
  });

  test('satisfaction fell yesterday: why, and whom to talk to, in a few clicks', async (t) => {
    const ben = await connect(t, visit.server(), { role: 'AGENT', name: 'Ben' });
    const eve = await connect(t, visit.server(), { role: 'AGENT', name: 'Eve' });
    const cleo = await connect(t, visit.server());
    const id = await cleo.start({ topic: 'delivery', queue: 'Parcels', subject: 'Where is it?' });
    await ben.claim(id);
    const { id: messageId } = await cleo.send(id, 'Hello?');
    await ben.run(documents.close, { input: { conversationId: id } });
    // At noon, wherever the browser is.
    const yesterday = `date_trunc('day', now(), 'UTC') - interval '12 hours'`;
    await execute(
      visit.databaseUrl(),
      `INSERT INTO survey (id, conversation_id, participant_id, rating, comment, submitted_at)
         VALUES (uuidv7(), '${id}', '${cleo.id}', 1, 'Nobody knew where my parcel was', ${yesterday});
       WITH made AS (
         INSERT INTO conversation (id, starter_id, status, closed_at, assignee_id, queue, topic)
         SELECT uuidv7(), '${cleo.id}', 'CLOSED', ${yesterday} - bad * interval '1 day', agent::uuid, queue, topic
         FROM (VALUES (0, '${ben.id}', 'Parcels', 'delivery'), (1, '${ben.id}', 'Parcels', 'delivery'),
             (0, '${eve.id}', 'Money', 'billing'), (1, '${eve.id}', 'Money', 'billing')) AS kinds(bad, agent, queue, topic), generate_series(1, 6)
         RETURNING *
       ) INSERT INTO survey (id, conversation_id, participant_id, rating, nps, submitted_at)
         SELECT uuidv7(), id, starter_id, CASE WHEN topic = 'delivery' AND closed_at = ${yesterday} THEN 2 ELSE 5 END, 9, closed_at FROM made`,
    );
    const page = await visit.openSignedIn('/satisfaction', { timezoneId: 'UTC' });
    await page.getByRole('img', { name: 'Satisfied customers over time' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('combobox', { name: 'One day of the range' }).click();
    await page.getByRole('option').filter({ hasText: '46 % of 13 answers' }).click();
    await page.getByRole('heading', { name: 'Satisfaction fell from 100 % in the day before to 46 %' }).waitFor();
    await page.getByText('7 of 7 dissatisfied, before 0 of 6').first().waitFor();
    await page.getByRole('row', { name: 'Ben 7 0 % 100 % 7' }).waitFor();
    await page.getByRole('row', { name: 'Parcels 7 0 % 100 % 7' }).getByRole('button').click();
    await page.waitForURL(/queue=Parcels/);
    await page.getByRole('button', { name: 'Only queue Parcels · show all' }).click();
    await page.getByRole('button', { name: 'Ben', exact: true }).first().click();
    await page.waitForURL(/rating=low/);
    await page.locator('[data-kpi=csat]').getByText('7 answers').first().waitFor();
    const worst = page.getByRole('listitem').filter({ hasText: 'Nobody knew where my parcel was' });
    await worst.getByText('Cleo to Ben · Parcels · delivery · Where is it?').waitFor();
    await assertAccessible(page);

    // What is chosen is in the address.
    await page.reload();
    await worst.waitFor();
    await page.getByRole('radio', { name: '4–5' }).press('Space');
    await page.getByText('No answer of this time is like that.').waitFor();
    await page.getByRole('button', { name: 'Only Ben · show all' }).click();
    await page.getByRole('list', { name: 'Answers, newest first' }).getByText('5 of 5').first().waitFor();
    await page.getByRole('radio', { name: 'All' }).press('Space');
    await page.getByRole('searchbox', { name: 'Words in comments' }).fill('PÀRCEL');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    const listed = page.getByRole('list', { name: 'Answers, newest first' }).getByRole('listitem');
    await eventually('only that one', async () => (await listed.count()) === 1);
    await worst.waitFor();
    await page.getByRole('radiogroup', { name: 'Ratings: show as' }).getByText('Table').click();
    await page.getByRole('row', { name: '2 6 46 %' }).waitFor();
    await worst.getByRole('link', { name: 'Read the conversation' }).click();
    await page.waitForURL(`/conversations?id=${id}`);
    await page.getByText('Hello?').first().waitFor();
    await page.goBack();
    await worst.getByRole('link', { name: 'Journey of its last message' }).click();
    await page.waitForURL(`/journey?message=${messageId}`);
    assert.deepEqual(page.problems, []);

    const small = await visit.openSignedIn('/satisfaction', { viewport: { width: 320, height: 640 } });
    await small.getByRole('row', { name: /^Ben 7/ }).waitFor();
    await assertFits(small);
    // A sheet of A4.
    await small.setViewportSize({ width: 718, height: 1000 });
    await small.emulateMedia({ media: 'print' });
    await assertFits(small);
  });

  test('what managers ask is asked behind a link, answered once without signing in, and seen at once', async (t) => {
    const page = await visit.openSignedIn('/settings');
    await page.getByRole('switch', { name: /Net Promoter Score/ }).press('Space');
    await page.getByLabel('Question 1', { exact: true }).fill('Was it fast?');
    await page.getByRole('combobox', { name: 'Question 1: answered' }).click();
    await page.getByRole('option', { name: 'Yes or no' }).click();
    await page.getByRole('button', { name: 'Save the survey' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await assertAccessible(page);
    await page.goto('/satisfaction?range=24h');
    await page.getByText('Live', { exact: true }).waitFor();

    const cleo = await connect(t, visit.server());
    const ben = await connect(t, visit.server(), { role: 'AGENT', name: 'Ben' });
    const conversationId = await cleo.start();
    await ben.claim(conversationId);
    await ben.run(documents.close, { input: { conversationId } });
    const { link } = (await ben.run(documents.surveyLink, { input: { conversationId } })).createSurveyLink;
    const customer = await visit.open(narrow);
    await customer.goto(`/survey#${link.token}`);
    await customer.getByRole('radio', { name: '2 of 5' }).press('Space');
    await customer.getByLabel('Anything to add?').fill('It took <b>long</b>');
    await customer.getByRole('radio', { name: '3', exact: true }).press('Space');
    await customer.getByRole('radio', { name: 'No', exact: true }).press('Space');
    await assertAccessible(customer);
    await assertFits(customer);
    await customer.getByRole('button', { name: 'Send' }).click();
    await customer.getByRole('heading', { name: 'Thank you' }).waitFor();
    await assertAccessible(customer);
    const answer = page.getByRole('listitem').filter({ hasText: 'It took <b>long</b>' });
    await answer.getByText('NPS 3').waitFor();
    await answer.getByText('Was it fast?').waitFor();
    await page.getByRole('row', { name: 'Was it fast? 0 % yes No: 1 · Yes: 0 1' }).waitFor();
    await assertAccessible(page);

    for (const [token, title] of [
      [link.token, 'This survey was answered already'],
      [`${link.token}x`, 'This link does not work'],
      ['', 'This link does not work'],
    ]) {
      await customer.goto('about:blank');
      await customer.goto(`/survey#${token}`);
      await customer.getByRole('heading', { name: title! }).waitFor();
    }
    assert.deepEqual(customer.problems, []);

    await visit.stopServer();
    await page.getByText('Reconnecting').waitFor();
    await answer.waitFor();
    await customer.goto('about:blank').catch(() => {});
    await visit.startServer();
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
