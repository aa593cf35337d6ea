import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { eventually } from '../harness/eventually.ts';
import { execute } from '../harness/execute.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser } from './browser.ts';

const narrow = { viewport: { width: 390, height: 844 } };

describeInBrowser('support, settings and dead letters', (visit) => {
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
       SELECT 'messages', span, at, 4 FROM unnest(ARRAY[15, 60]) span,
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
});
