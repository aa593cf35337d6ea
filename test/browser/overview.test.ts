import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
import { execute } from '../harness/execute.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser } from './browser.ts';

describeInBrowser('the overview', (visit) => {
  test('without a session it says how to get a link; the link works once, and its code leaves the address', async () => {
    const page = await visit.open();
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in to see your dashboard' }).waitFor();
    await assertAccessible(page);

    const link = await visit.signInLink();
    await page.goto(link);
    await page.waitForURL('/');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();

    const other = await visit.open();
    await other.goto(link);
    await other
      .getByRole('alert')
      .getByText(/used already or has expired/)
      .waitFor();
    assert.equal(new URL(other.url()).search, '');
  });

  test('no data is said as such, never as 0; nothing is wrong with the page in either theme', async () => {
    const page = await visit.openSignedIn('/');
    await page.locator('[data-kpi=latency]').getByText('No data', { exact: true }).first().waitFor();
    for (const kpi of ['latency', 'stored', 'csat']) {
      assert.match((await page.locator(`[data-kpi=${kpi}]`).textContent()) ?? '', /No data/);
    }
    const scripts = await page.evaluate<number[]>(
      `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).map(({ encodedBodySize }) => encodedBodySize)`,
    );
    const size = scripts.reduce((a, b) => a + b, 0);
    assert.ok(scripts.length > 5 && size < 250_000, `${size} bytes of JavaScript before a chart is drawn`);
    await assertAccessible(page);
    assert.deepEqual(page.problems, []);
  });

  test('figures follow what happens, live, and stand still while paused', async (t) => {
    const page = await visit.openSignedIn('/');
    const messages = page.locator('[data-kpi=messages]');
    await messages.getByText('0', { exact: true }).waitFor();
    const customer = await connect(t, visit.server());
    const conversation = await customer.start();
    await customer.send(conversation, 'one');
    await customer.send(conversation, 'two');
    await messages.getByText('2', { exact: true }).waitFor();
    await page.getByText('1 waiting').waitFor();
    // Which of the two is not for a busy machine to say.
    await page
      .locator('[data-kpi=latency]')
      .getByText(/^Target (met|missed)/)
      .waitFor();
    await page.getByRole('region', { name: 'Messages per minute' }).locator('svg.recharts-surface').first().waitFor();
    await assertAccessible(page);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused').waitFor();
    await customer.send(conversation, 'three');
    await page.getByRole('button', { name: 'Resume' }).click();
    await messages.getByText('3', { exact: true }).waitFor();
    assert.deepEqual(page.problems, []);
  });

  test('each chart has its numbers as a table; the window is kept in the address', async () => {
    const page = await visit.openSignedIn('/');
    const card = page.getByRole('region', { name: 'Messages per minute', exact: true });
    await card.getByText('Table').click();
    assert.equal(await card.getByRole('row').count(), 16);
    await assertAccessible(page);

    await page.getByText('1 h', { exact: true }).click();
    await page.waitForURL('/?window=60');
    await page.reload();
    await page.getByRole('radio', { name: '1 h' }).and(page.locator(':checked')).waitFor({ state: 'attached' });
  });

  test('what a figure means is shown on focus as well as on hover', async () => {
    const page = await visit.openSignedIn('/');
    const info = page.locator('[data-kpi=stored]').getByRole('button', { name: 'Stored: what is measured' });
    await info.focus();
    await page
      .getByRole('tooltip')
      .getByText(/Messages stored ÷ send attempts/)
      .waitFor();
    await info.blur();
    await page.getByRole('tooltip').waitFor({ state: 'hidden' });
    await info.hover();
    await page.getByRole('tooltip').waitFor();
  });

  test('trends tell figures over time, against their target and the time before, as a line and as a table', async () => {
    await execute(visit.databaseUrl(), history);
    const page = await visit.openSignedIn('/?range=30d');
    const latency = page.locator('[data-kpi=trend-SENT_TO_STORED]');
    await latency.getByText('Target met').waitFor();
    await latency.getByText(/^Better than in the 30 days before: 2\d\d ms$/).waitFor();
    await page.locator('[data-kpi=trend-STORED_RATIO]').getByText('Worse than in the 30 days before: 100 %').waitFor();
    await page.locator('[data-kpi=trend-CSAT]').getByText('No data', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Customer satisfaction: what is measured' }).last().focus();
    await page
      .getByRole('tooltip')
      .getByText(/Wilson interval/)
      .waitFor();
    await assertAccessible(page);

    const trends = page.getByRole('region', { name: 'Over time', exact: true });
    await trends.getByText('Table').click();
    await trends.getByRole('row').nth(31).waitFor();
    await trends.getByText('1 y', { exact: true }).click();
    await page.waitForURL('/?range=1y');
    await trends.getByRole('row').nth(53).waitFor();
    await assertAccessible(page);
    assert.deepEqual(page.problems, []);

    const narrow = await visit.openSignedIn('/?range=1y', { viewport: { width: 390, height: 844 } });
    await narrow.locator('[data-kpi=trend-MESSAGES]').waitFor();
    await assertFits(narrow);
  });

  test('an address that does not exist is said to be so, with a way back', async () => {
    const page = await visit.open();
    const response = await page.goto('/nowhere');
    assert.equal(response?.status(), 404);
    assert.match(response.headers()['content-security-policy'] ?? '', /script-src 'self' 'sha256-/);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await assertAccessible(page);
  });

  test('the content policy lets no script or style work that is not of the page', async () => {
    const page = await visit.openSignedIn('/');
    assert.deepEqual(page.problems, []);
    const policy = (await page.reload())?.headers()['content-security-policy'] ?? '';
    assert.doesNotMatch(policy, /unsafe-(inline|eval)/);
    await page.evaluate(
      `document.body.appendChild(Object.assign(document.createElement('style'), { textContent: 'body { rotate: 1turn }' }))`,
    );
    assert.equal(await page.evaluate('getComputedStyle(document.body).rotate'), 'none');
    const inject = `document.body.appendChild(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))`;
    await page.evaluate(inject);
    assert.equal(await page.evaluate('window.ran'), undefined);
    assert.match(page.problems.join(), /Content Security Policy/);
  });

  test('a narrow screen needs no sideways scrolling', async () => {
    const page = await visit.openSignedIn('/', { viewport: { width: 390, height: 844 } });
    await page.locator('[data-kpi=latency]').waitFor();
    await assertFits(page);
    await assertAccessible(page);
  });

  test('when the server goes away the last figures stay, and it goes on by itself when it is back', async () => {
    const page = await visit.openSignedIn('/');
    await page.getByText('Live', { exact: true }).waitFor();
    await visit.stopServer();
    await page.getByText('The connection was lost').waitFor();
    await page.locator('[data-kpi=messages]').waitFor();
    await assertAccessible(page);
    await visit.startServer();
    await page.getByText('The connection was lost').waitFor({ state: 'hidden' });
    await page.getByText('Live', { exact: true }).waitFor();
  });
});

/** Two months as they are added up by the day: slow at first, then fast, and lately with failures. */
const history = `
  INSERT INTO kpi_rollup (metric, span_minutes, starts_at, count, bucket_numbers, bucket_counts)
  SELECT metric, span, day, n,
    CASE WHEN metric = 'sent_to_commit' THEN ARRAY[CASE WHEN old THEN 286 ELSE 240 + extract(day FROM day)::int % 7 END]::smallint[] ELSE '{}' END,
    CASE WHEN metric = 'sent_to_commit' THEN ARRAY[n] ELSE '{}' END
  FROM (
    SELECT metric, day, span, day < now() - interval '31 days' AS old,
      CASE WHEN metric = 'sends_failed' THEN (day > now() - interval '9 days')::int ELSE 500 + 40 * extract(day FROM day)::int END AS n
    FROM unnest(ARRAY['sent_to_commit', 'sends_stored', 'sends_failed', 'messages']) AS metric,
      unnest(ARRAY[0, 15, 60, 240, 1440]) AS span,
      generate_series(date_trunc('day', now(), 'UTC') - interval '62 days', now() - interval '1 day', interval '1 day') AS day
  ) days
  ON CONFLICT DO NOTHING -- just after midnight the server has added up what the tests before did yesterday
  `;
