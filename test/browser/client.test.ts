import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { type Actor, connect, tokenFor } from '../harness/actor.ts';
import { type Link, startLink } from '../harness/link.ts';
import { describeInBrowser, type Visit } from './browser.ts';

/* The client in a real browser: a page that is closed and opened again without a network, and several tabs of it. */

describeInBrowser('The client in a browser', (visit) => {
  let script: string;
  before(async () => {
    const { outputFiles } = await build({
      entryPoints: [`${import.meta.dirname}/page/chat.ts`],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
    });
    script = outputFiles[0]!.text;
  });

  test('typed offline, closed, opened again offline: all of it is shown, and sent once and in order when the network is back', async (t) => {
    const scene = await openScene(t, visit, script);
    const { link, context, agent, conversationId } = scene;
    await agent.send(conversationId, 'Hello');
    const page = await scene.openTab();
    await page.locator('li', { hasText: 'Hello' }).waitFor();

    link.down();
    await context.setOffline(true);
    for (const text of ['one', 'two', 'three']) {
      await page.locator('input').fill(text);
      await page.locator('input').press('Enter');
    }
    assert.deepEqual(await shown(page), ['Hello', 'one', 'two', 'three']);
    await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })]);

    const again = await scene.openTab();
    await again.locator('li[data-status=pending]').nth(2).waitFor();
    assert.deepEqual(await shown(again), ['Hello', 'one', 'two', 'three']);
    assert.equal(await again.evaluate('navigator.onLine'), false);
    await agent.send(conversationId, 'Are you there?');

    link.up();
    await context.setOffline(false);
    await again.locator('li[data-status=sent], li[data-status=delivered]', { hasText: 'three' }).waitFor();
    await again.locator('body[data-phase=live]').waitFor();
    const all = ['Hello', 'Are you there?', 'one', 'two', 'three'];
    assert.deepEqual(await shown(again), all);
    assert.deepEqual(await stored(agent, conversationId), all);
  });

  test('two tabs on one queue, 50 messages by turns: each is sent once, by one tab; when that one dies, the other goes on', async (t) => {
    const scene = await openScene(t, visit, script);
    const tabs = [await scene.openTab(), await scene.openTab()];
    for (const tab of tabs) await tab.locator('body[data-phase=live]').waitFor();
    const expected = Array.from({ length: 50 }, (_, n) => `message ${n}`);
    const acknowledged: Promise<unknown>[] = [];
    for (const [n, body] of expected.entries()) {
      // Each waits until the message before is on the disk, so that their order is known.
      const page = tabs[n % 2]!;
      await page.evaluate(`sending = chat.send('${body}'); sending.kept`);
      // The tab that has begun is closed while most of its messages wait.
      if (n % 2) acknowledged.push(page.evaluate('sending.acknowledged'));
      if (n === 40) await tabs[0]!.close();
      if (n === 40) tabs[0] = tabs[1]!;
    }
    await Promise.all(acknowledged);
    await tabs[1]!.waitForFunction(`document.querySelectorAll('li:not([data-status=pending])').length === 50`);
    const bodies = await stored(scene.agent, scene.conversationId);
    assert.deepEqual(bodies.toSorted(), expected.toSorted());
    const odd = (list: string[]) => list.filter((body) => Number(body.split(' ')[1]) % 2 === 1);
    assert.deepEqual(odd(bodies), odd(expected), 'a tab’s messages keep their order');
    // Sent again after an answer that was lost, a message would have been told apart only by its id.
    const sends = scene.sent.filter((id) => id !== undefined);
    assert.ok(sends.length - new Set(sends).size <= 1, 'at most the one that was under way when its tab died');
    assert.deepEqual(await shown(tabs[1]!), bodies);
  });

  test('two devices edit one message offline: the later one is written on top, and both show it', async (t) => {
    const scene = await openScene(t, visit, script);
    const other = await openScene(t, visit, script, scene);
    const [phone, tablet] = [await scene.openTab(), await other.openTab()];
    const id = await phone.evaluate<string>(`chat.send('draft').acknowledged.then(({ id }) => id)`);
    for (const page of [phone, tablet]) await page.locator('li', { hasText: 'draft' }).waitFor();
    for (const { link, context } of [scene, other]) {
      link.down();
      await context.setOffline(true);
    }
    for (const [page, body] of [
      [phone, 'from the phone'],
      [tablet, 'from the tablet'],
    ] as const) {
      await page.evaluate(`void chat.edit('${id}', '${body}')`);
      await page.locator('li[data-status=pending]', { hasText: body }).waitFor();
    }
    for (const [page, { link, context }] of [
      [phone, scene],
      [tablet, other],
    ] as const) {
      link.up();
      await context.setOffline(false);
      await page.locator('li:not([data-status=pending])').waitFor();
    }
    for (const page of [phone, tablet]) await page.locator('li', { hasText: 'from the tablet' }).waitFor();
    assert.deepEqual(await stored(scene.agent, scene.conversationId), ['from the tablet']);
  });

  test('sign-out leaves nothing on the device, in no tab', async (t) => {
    const scene = await openScene(t, visit, script);
    const [one, two] = [await scene.openTab(), await scene.openTab()];
    await one.evaluate(`chat.send('secret').acknowledged`);
    await two.locator('li', { hasText: 'secret' }).waitFor();
    await one.evaluate('client.clear()');
    await two.waitForFunction(`client.connection.getSnapshot().status === 'closed'`);
    await scene.context.setOffline(true);
    const again = await scene.openTab();
    // What is stored after it was read, is stored after the cache was read as well.
    await again.evaluate(`chat.send('new').kept.then(() => chat.send('newer').kept)`);
    assert.deepEqual(await shown(again), ['new', 'newer']);
  });
});

type Scene = {
  readonly link: Link;
  readonly context: BrowserContext;
  readonly agent: Actor;
  readonly conversationId: string;
  readonly sub: string;
  /** The ids of messages in the order in which this browser has sent them. */
  readonly sent: (string | undefined)[];
  openTab(): Promise<Page>;
};

/** A customer's browser before a network of its own; the page itself comes without it, as an installed app's would. */
async function openScene(
  t: { after(f: () => unknown): void },
  visit: Visit,
  script: string,
  like?: Scene,
): Promise<Scene> {
  const { url } = visit.server();
  const link = await startLink(() => [{ port: Number(new URL(url).port), host: '127.0.0.1' }]);
  const sub = like?.sub ?? randomUUID();
  const agent = like?.agent ?? (await connect(t, { url }, { role: 'AGENT' }));
  const conversationId = like?.conversationId ?? (await (await connect(t, { url }, { sub })).start());
  if (!like) await agent.claim(conversationId);
  const { page: blank, context } = await openContext(visit);
  t.after(async () => {
    await context.close();
    await link.close();
  });
  const origin = `http://127.0.0.1:${link.port}`;
  const html = `<!doctype html><title>Chat</title><body><ol></ol><form><input></form><script type="module">${script}</script>`;
  await context.route(`${origin}/chat*`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  const settings = { url: '/graphql', token: await tokenFor({ sub }), cacheKey: sub, conversationId };
  const sent: Scene['sent'] = [];
  const listen = (page: Page) => {
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        if (String(payload).includes('mutation SendMessage'))
          sent.push(JSON.parse(String(payload)).payload.variables.input.id);
      }),
    );
  };
  await blank.close();
  return {
    link,
    context,
    agent,
    conversationId,
    sub,
    sent,
    async openTab() {
      const page = await context.newPage();
      listen(page);
      await page.goto(`${origin}/chat#${encodeURIComponent(JSON.stringify(settings))}`);
      return page;
    },
  };
}

async function openContext(visit: Visit): Promise<{ page: Page; context: BrowserContext }> {
  const page = await visit.open();
  return { page, context: page.context() };
}

const shown = (page: Page) => page.locator('li').allInnerTexts();

async function stored(agent: Actor, id: string): Promise<string[]> {
  const { conversation } = await agent.run(
    'query Stored($id: ID!) { conversation(id: $id) { messages(last: 100) { edges { node { body } } } } }',
    { id },
  );
  return conversation.messages.edges.map(({ node }: { node: { body: string } }) => node.body);
}
