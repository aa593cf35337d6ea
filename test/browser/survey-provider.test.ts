import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { qualtrics, startQualtrics } from '../fixtures/survey-providers/qualtrics.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser } from './browser.ts';

const service = await startQualtrics();
after(() => service.stop());

describeInBrowser(
  'surveys at a provider',
  (visit) => {
    test('the customer is sent there, and what they answer is in the dashboard', async () => {
      const page = await visit.openSignedIn('/try-it');
      const cleo = page.getByRole('region', { name: 'Cleo Customer’s side' });
      const ada = page.getByRole('region', { name: 'Ada Agent’s side' });
      await cleo.getByRole('button', { name: 'Hi! Where is my order?' }).click();
      await ada.getByRole('button', { name: 'Claim the conversation' }).click();
      await ada.getByRole('button', { name: 'Close the conversation' }).click();
      const link = cleo.getByRole('link', { name: 'Tell us how it went' });
      const url = new URL((await link.getAttribute('href'))!);
      assert.equal(url.host, 'example.qualtrics.com');
      assert.equal(await cleo.getByText('How did it go?').count(), 0);
      await assertAccessible(page);

      const id = service.answer({ conversation_ref: url.searchParams.get('conversation_ref'), QID1: 4 });
      const { headers, body } = qualtrics.webhook(id);
      const told = await fetch(`${visit.server().url}/webhooks/qualtrics`, { method: 'POST', headers, body });
      assert.deepEqual(await told.json(), { outcome: 'stored' });
      await page.goto('/');
      await page.locator('[data-kpi=csat]').getByText('1 answer').waitFor();

      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto('/settings');
      await page.getByText('Customers answer at Qualtrics').waitFor();
      await assertFits(page);
      await assertAccessible(page);
      assert.deepEqual(page.problems, []);
    });
  },
  qualtrics.env(service.url),
);
