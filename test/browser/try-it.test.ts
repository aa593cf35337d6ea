import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { assertAccessible, assertFits } from './accessibility.ts';
import { describeInBrowser, type Visit, type VisitedPage } from './browser.ts';

describeInBrowser('Try it', (visit) => {
  test('a first message goes from sent to read, as the visitor moves from one side to the other', async () => {
    const { page, cleo, ada } = await open(visit);
    await assertAccessible(page);
    await cleo.getByRole('button', { name: 'Hi! Where is my order?' }).click();
    const question = message(cleo, 'Hi! Where is my order?');
    await question.getByText('Sent').waitFor();
    await ada.getByText('Cleo Customer waits for an agent.').waitFor();
    await assertAccessible(page);

    await claim(ada);
    await question.getByText('Read').waitFor();
    await write(ada, 'It arrives tomorrow.');
    const answer = message(ada, 'It arrives tomorrow.');
    await answer.getByText('Delivered').waitFor();
    await cleo.getByRole('textbox').click();
    await answer.getByText('Read').waitFor();
    await page.getByText('Both devices hold the same 2 messages, in the same order.').waitFor();

    await cleo.getByRole('textbox').pressSequentially('Thanks');
    await ada.getByText('Cleo is typing').waitFor();
    await cleo.getByRole('button', { name: 'Send' }).click();
    await ada.getByText('Cleo is typing').waitFor({ state: 'hidden' });
    await assertAccessible(page);
    assert.deepEqual(page.problems, []);
  });

  test('D4: switched off, a side keeps writing; switched on, both have everything, once and in order', async () => {
    const { page, cleo, ada } = await openConversation(visit);
    await cleo.getByRole('switch').press('Space');
    await cleo.getByText('The network is off.').waitFor();
    await ada.getByText('Cleo Customer, away').waitFor();
    await write(cleo, 'written in a tunnel');
    await write(cleo, 'and another');
    await write(ada, 'meanwhile one');
    await write(ada, 'meanwhile two');
    await message(cleo, 'written in a tunnel').getByText('Waiting').waitFor();
    await message(ada, 'meanwhile two').getByText('Sent').waitFor();
    await page.getByText('2 of Cleo’s wait on the device, 2 for Cleo wait on the server.').waitFor();
    await assertAccessible(page);

    await cleo.getByRole('switch').press('Space');
    await cleo.getByText('Caught up: 2 messages').waitFor();
    await page.getByText('Both devices hold the same 6 messages, in the same order.').waitFor();
    const all = ['Hello', 'Hello Cleo', 'meanwhile one', 'meanwhile two', 'written in a tunnel', 'and another'];
    assert.deepEqual(await bodies(cleo), all);
    assert.deepEqual(await bodies(ada), all);
    assert.deepEqual(page.problems, []);
  });

  test('what waits survives a reload; what was refused says why, and is sent again when that has gone', async () => {
    const { page, cleo, ada } = await openConversation(visit);
    await cleo.getByRole('switch').press('Space');
    await write(cleo, 'written in a tunnel');
    await message(cleo, 'Hello').getByRole('button', { name: 'Edit' }).press('Enter');
    await cleo.getByRole('textbox').fill('Hello there');
    await cleo.getByRole('textbox').press('Enter');
    await message(cleo, 'Hello there').getByText('Waiting').waitFor();
    await ada.getByRole('button', { name: 'Close the conversation' }).click();
    await ada.getByRole('button', { name: 'Reopen' }).waitFor();

    await page.reload();
    await message(cleo, 'written in a tunnel').getByText('Waiting').waitFor();
    assert.deepEqual(await bodies(cleo), ['Hello there', 'Hello Cleo', 'written in a tunnel']);
    await cleo.getByText('The network is off.').waitFor();
    await cleo.getByRole('switch').press('Space');
    await message(cleo, 'written in a tunnel').getByText('Not sent').waitFor();
    await message(cleo, 'Hello').getByText('Your edit “Hello there” was not saved.').waitFor();
    await assertAccessible(page);

    await ada.getByRole('button', { name: 'Reopen' }).click();
    await cleo.getByRole('textbox').waitFor();
    await message(cleo, 'written in a tunnel').getByRole('button', { name: 'Send again' }).click();
    await message(ada, 'written in a tunnel').waitFor();
    await message(cleo, 'Hello').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Both devices hold the same 3 messages, in the same order.').waitFor();
    assert.deepEqual(await bodies(ada), ['Hello', 'Hello Cleo', 'written in a tunnel']);

    await page.getByRole('button', { name: 'Start over' }).click();
    await cleo.getByText('Ask something as Cleo').waitFor();
    assert.deepEqual(page.problems, []);
  });

  test('own messages are edited and deleted, by keyboard alone; markup in them is only text', async () => {
    const { page, cleo, ada } = await openConversation(visit);
    const markup = '<img src=x onerror="document.title=1"> <b>bold</b>';
    await write(cleo, markup);
    await ada.getByText(markup, { exact: true }).waitFor();
    assert.equal(await page.locator('li b').count(), 0);

    await message(cleo, 'Hello').getByRole('button', { name: 'Edit' }).press('Enter');
    const field = cleo.getByRole('textbox');
    await field.fill('Hello there');
    await field.press('Enter');
    await message(ada, 'Hello there').getByText('edited').waitFor();
    assert.equal(await field.inputValue(), '');

    await message(cleo, markup).getByRole('button', { name: 'Delete' }).press('Enter');
    await ada.getByText('This message was deleted').waitFor();
    assert.deepEqual(await bodies(ada), ['Hello there', 'Hello Cleo', 'This message was deleted']);
    await assertAccessible(page);
    assert.deepEqual(page.problems, []);
  });

  test('a closed conversation is rated, counted in the overview, and reopened', async () => {
    const { page, cleo, ada } = await openConversation(visit);
    await ada.getByRole('button', { name: 'Close the conversation' }).click();
    await cleo.getByText('How did it go?').waitFor();
    await assertAccessible(page);
    await cleo.getByRole('radio', { name: '5 of 5' }).press('Space');
    await cleo.getByRole('button', { name: 'Send rating' }).click();
    await cleo.getByText('Thank you. You gave 5 of 5.').waitFor();
    await assertAccessible(page);
    await ada.getByRole('button', { name: 'Reopen' }).click();
    await write(cleo, 'One more thing');
    await message(ada, 'One more thing').waitFor();

    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.locator('[data-kpi=csat]').getByText('1 answer').waitFor();
    assert.deepEqual(page.problems, []);
  });

  test('a message leads to its journey, step by step; any other by its id', async () => {
    const { page, cleo, ada } = await openConversation(visit);
    await ada.getByRole('textbox').focus();
    await message(cleo, 'Hello').getByText('Read', { exact: true }).waitFor();
    await message(cleo, 'Hello').getByRole('link', { name: 'Journey of “Hello”' }).press('Enter');
    await page.waitForURL(/\/journey\?message=/);
    const steps = page.getByRole('list', { name: 'Steps' });
    for (const step of ['sent', 'committed', 'published', 'delivered', 'read'])
      await steps.locator(`[data-step^=${step}] time`).waitFor();
    await steps.getByText('Read by Ada Agent').waitFor();
    await assertAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await assertFits(page);
    await assertAccessible(page);

    const find = page.getByRole('form', { name: 'Find a message' });
    await find.getByRole('textbox').fill('Hello');
    await find.getByRole('button', { name: 'Show' }).click();
    await find.getByText('A message’s id looks like').waitFor();
    await find.getByRole('textbox').fill(` ${crypto.randomUUID()} `);
    await find.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('alert').getByText('There is no message with this id').waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Journey', exact: true }).click();
    await page.getByText('Which message?').waitFor();
    await assertAccessible(page);
    assert.deepEqual(page.problems, []);
  });

  test('a narrow screen shows one side above the other, without sideways scrolling', async () => {
    const { page, cleo, ada } = await openConversation(visit, { width: 390, height: 844 });
    const [above, below] = await Promise.all([cleo.boundingBox(), ada.boundingBox()]);
    assert.ok(above!.y + above!.height <= below!.y);
    await assertFits(page);
    await assertAccessible(page);
  });
});

interface Opened {
  page: VisitedPage;
  cleo: Locator;
  ada: Locator;
}

async function open(visit: Visit, viewport = { width: 1280, height: 860 }): Promise<Opened> {
  const page = await visit.openSignedIn('/try-it', { viewport });
  const cleo = page.getByRole('region', { name: 'Cleo Customer’s side' });
  const ada = page.getByRole('region', { name: 'Ada Agent’s side' });
  await cleo.getByText('Ask something as Cleo').waitFor();
  return { page, cleo, ada };
}

/** With one message of each. */
async function openConversation(visit: Visit, viewport?: { width: number; height: number }): Promise<Opened> {
  const opened = await open(visit, viewport);
  const { cleo, ada } = opened;
  await write(cleo, 'Hello');
  await claim(ada);
  await write(ada, 'Hello Cleo');
  await message(cleo, 'Hello Cleo').waitFor();
  return opened;
}

const claim = (side: Locator) => side.getByRole('button', { name: 'Claim the conversation' }).click();

async function write(side: Locator, text: string): Promise<void> {
  const field = side.getByRole('textbox', { name: /^Write as/ });
  await field.fill(text);
  await field.press('Enter');
}

const message = (side: Locator, body: string) =>
  side.getByRole('listitem').filter({ has: side.page().locator('p').getByText(body, { exact: true }) });

const bodies = (side: Locator) => side.getByRole('listitem').locator('p[dir=auto]').allInnerTexts();
