import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from './browser.ts';

describeInBrowser('GraphiQL', (visit) => {
  test('runs a query and a subscription for who is signed in, from local files only', async () => {
    const page = await visit.openSignedIn('/graphql');
    const result = page.locator('.result-window');
    const execute = page.getByRole('button', { name: 'Execute query (Ctrl-Enter)' });
    await execute.click();
    await result.getByText('"role": "MANAGER"').waitFor();
    // At once: the editor learns only a moment later what the other tab holds.
    await page.evaluate(`
      document.querySelectorAll('[role=tab] > button')[1].click();
      document.querySelector('.graphiql-execute-button').click();
    `);
    await result.getByText('participantsOnline').waitFor();
    assert.deepEqual(page.problems, []);
  });

  test('without a session it says how to get a token', async () => {
    const page = await visit.open();
    await page.goto('/graphql');
    await page.getByText('npm run -s token').first().waitFor();
  });

  test('a client that asks for JSON is not shown a page', async () => {
    const response = await fetch(`${visit.server().url}/graphql?query={viewer{id}}`, {
      headers: { accept: 'application/json' },
    });
    assert.equal(response.status, 401);
    assert.match(response.headers.get('content-type') ?? '', /json/);
  });
});
