import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../harness/actor.ts';
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
    await page.locator('[data-kpi=latency]').getByText('Target met').waitFor();
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
    const info = page.getByRole('button', { name: 'Stored: what is measured', exact: true });
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

  test('an address that does not exist is said to be so, with a way back', async () => {
    const page = await visit.open();
    const response = await page.goto('/nowhere');
    assert.equal(response?.status(), 404);
    assert.match(response.headers()['content-security-policy'] ?? '', /script-src 'self' 'sha256-/);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await assertAccessible(page);
  });

  test('the content policy lets no script run that is not of the page', async () => {
    const page = await visit.openSignedIn('/');
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
    await page.getByText('Live').waitFor();
    await visit.stopServer();
    await page.getByText('The connection was lost').waitFor();
    await page.locator('[data-kpi=messages]').waitFor();
    await assertAccessible(page);
    await visit.startServer();
    await page.getByText('The connection was lost').waitFor({ state: 'hidden' });
    await page.getByText('Live').waitFor();
  });
});
