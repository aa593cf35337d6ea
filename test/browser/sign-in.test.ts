import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startOpenIdProvider } from '../harness/openid-provider.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser } from './browser.ts';

/* The provider is on 127.0.0.1 and Parley on localhost: to a browser another site, so its rules for cookies apply. */

const provider = await startOpenIdProvider();
after(() => provider.stop());
const settings = { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: 'parley', OIDC_CLIENT_SECRET: 'known to both' };

describeInBrowser(
  'signing in with an OpenID provider',
  (visit) => {
    test('a refusal says what to do; a manager comes in, stays in through a reload, and out again', async () => {
      provider.register({ id: 'parley', secret: 'known to both', url: visit.server().url });
      const page = await visit.open({ viewport: { width: 390, height: 800 } });
      await page.goto('/');
      const button = page.getByRole('link', { name: 'Sign in with your account' });
      await button.waitFor();
      await assertAccessible(page);
      await assertFits(page);

      provider.person = { sub: 'ada', claims: { name: 'Ada', role: 'agent' } };
      await button.click();
      await page.getByRole('alert').getByText('Your account is not one of a manager').waitFor();
      assert.equal(new URL(page.url()).search, '');
      await assertAccessible(page);

      provider.person = { sub: 'max', claims: { name: 'Max', role: 'manager' } };
      await page.context().clearCookies({ domain: '127.0.0.1' });
      await button.click();
      const overview = page.getByRole('heading', { name: 'Overview', level: 1 });
      await overview.waitFor();
      await page.reload();
      await overview.waitFor();

      // The provider asks about its own session, and sends people back.
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${provider.issuer}/**`);
      await page.getByRole('button', { name: /yes/i }).click();
      await page.waitForURL(`${visit.server().url}/sign-in**`);
      await button.waitFor();
    });
  },
  settings,
);
