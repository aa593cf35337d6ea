import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { foldSnapshot } from '../../client/index.ts';
import { conversationQuery } from '../../client/operations.ts';
import type { WireSnapshot } from '../../client/types.ts';
import { onEveryTopology } from '../harness/topology.ts';
import { bodies, openConversation, openDevice, statuses } from './devices.ts';

/* The client against real servers: what its user sees, whatever happens underneath. */

onEveryTopology((topology, form) => {
  test('a message becomes sent, delivered and read on its sender’s screen', async (t) => {
    const { first, last } = topology();
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [theirs, ours] = await openConversation(customer, agent);
    const seen: string[] = [];
    theirs.subscribe(() => {
      const status = statuses(theirs.getSnapshot())[0];
      if (status && status !== seen.at(-1)) seen.push(status);
    });

    const { acknowledged } = theirs.send('Hello');
    await acknowledged;
    await ours.until((view) => bodies(view).includes('Hello'));
    await theirs.until((view) => statuses(view)[0] === 'delivered');
    ours.markRead();
    await theirs.until((view) => statuses(view)[0] === 'read');
    const order = ['pending', 'sent', 'delivered', 'read'];
    assert.deepEqual(
      seen,
      order.filter((status) => seen.includes(status)),
      'never goes back',
    );
    assert.equal(seen[0], 'pending');
  });

  test('D4: written offline and missed offline, both arrive once and in order', async (t) => {
    const { first, last } = topology();
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [theirs, ours] = await openConversation(customer, agent);
    customer.client.setOffline(true);
    await theirs.until(({ phase }) => phase === 'resuming');
    const mine = ['one', 'two', 'three'].map((body) => theirs.send(body));
    assert.deepEqual(statuses(theirs.getSnapshot()), ['pending', 'pending', 'pending']);
    await Promise.all(['four', 'five'].map((body) => ours.send(body).acknowledged));

    customer.client.setOffline(false);
    await Promise.all(mine.map(({ acknowledged }) => acknowledged));
    const all = ['four', 'five', 'one', 'two', 'three'];
    // Messages are shown before the client hears that there are no more of them.
    const [mineNow, oursNow] = await Promise.all(
      [theirs, ours].map((c) => c.until(({ messages, phase }) => messages.length === 5 && phase === 'live')),
    );
    for (const view of [mineNow!, oursNow!]) assert.deepEqual(bodies(view), all);
    assert.equal(mineNow!.catchUp?.messages, 2);
  });

  test('D2 D3 D4: connections cut in the middle of everything lose, double and reorder nothing', async (t) => {
    const { first, last } = topology();
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [theirs, ours] = await openConversation(customer, agent);
    const sent: Promise<unknown>[] = [];
    for (let n = 1; n <= 60; n++) {
      sent.push((n % 2 ? theirs : ours).send(`message ${n}`).acknowledged);
      if (n % 12 === 0) customer.cut();
      if (n % 20 === 0) agent.cut();
      // Lets frames flow, so that the cuts fall between them and not before.
      await wait(5);
    }
    await Promise.all(sent);
    const [a, b] = await Promise.all(
      [theirs, ours].map((c) =>
        c.until(({ messages, phase }) => phase === 'live' && messages.filter(({ seq }) => seq).length === 60),
      ),
    );
    assert.deepEqual(bodies(a!), bodies(b!));
    const odd = bodies(a!).filter((body) => Number(body?.split(' ')[1]) % 2 === 1);
    assert.deepEqual(
      odd,
      Array.from({ length: 30 }, (_, i) => `message ${2 * i + 1}`),
      'the order of each sender is kept',
    );
  });

  test('D10: what two devices folded from live events equals a fresh query', async (t) => {
    const { first, last } = topology();
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [theirs, ours] = await openConversation(customer, agent);
    const one = await theirs.send('one').acknowledged;
    const two = await theirs.send('two').acknowledged;
    await ours.send('three').acknowledged;
    await theirs.edit(one.id, 'one, edited');
    await theirs.delete(two.id);
    customer.cut();
    await ours.send('four').acknowledged;
    ours.markRead();
    await ours.close();
    const settled = await Promise.all(
      [theirs, ours].map((c) =>
        c.until(
          ({ phase, state }) =>
            phase === 'live' &&
            state?.status === 'CLOSED' &&
            state.members.every(({ deliveredSeq, online }) => deliveredSeq === state.headSeq && online),
        ),
      ),
    );
    for (const [i, device] of [customer, agent].entries()) {
      const fresh = foldSnapshot(
        await device.client.request<WireSnapshot>(conversationQuery, { id: theirs.id, last: 100 }),
      );
      const { caughtUp: _, ...folded } = settled[i]!.state!;
      const { caughtUp: __, ...asked } = fresh;
      assert.deepEqual(folded, asked);
    }
  });

  test('typing, presence, and a conversation closed, rated and reopened', async (t) => {
    const { first, last } = topology();
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [theirs, ours] = await openConversation(customer, agent);
    theirs.setTyping(true);
    await ours.until(({ state }) => state!.members.some(({ typing }) => typing));
    theirs.send('done');
    await ours.until(({ state, messages }) => messages.length === 1 && !state!.members.some(({ typing }) => typing));

    await ours.close();
    await theirs.until(({ state }) => state?.status === 'CLOSED');
    await assert.rejects(theirs.send('too late').acknowledged, { code: 'CONVERSATION_CLOSED' });
    assert.deepEqual(statuses(theirs.getSnapshot()).at(-1), 'failed');
    await theirs.submitSurvey(5, 'Quick');
    assert.equal(theirs.getSnapshot().state?.survey?.rating, 5);

    await ours.reopen();
    await theirs.until(({ state }) => state?.status === 'OPEN');
    const failed = theirs.getSnapshot().messages.at(-1)!;
    theirs.retry(failed.id);
    await ours.until((view) => bodies(view).at(-1) === 'too late');

    customer.client.close();
    await ours.until(({ state }) => state!.members.some(({ online }) => !online));
  });

  test('two edits of one version: the later one is written on top', async (t) => {
    const { first, last } = topology();
    const sub = `customer ${form}`;
    const [phone, tablet, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER', sub }),
      openDevice(t, last, { role: 'CUSTOMER', sub }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [onPhone] = await openConversation(phone, agent);
    const onTablet = tablet.client.conversation(onPhone.id);
    const { id } = await onPhone.send('draft').acknowledged;
    await onTablet.until(({ messages }) => messages.length === 1);
    await Promise.all([onPhone.edit(id, 'from the phone'), onTablet.edit(id, 'from the tablet')]);
    const versions = (v: ReturnType<typeof onPhone.getSnapshot>) => v.state?.messages[0]?.version;
    const [a, b] = await Promise.all([onPhone, onTablet].map((c) => c.until((view) => versions(view) === 3)));
    assert.deepEqual(bodies(a!), bodies(b!));
  });

  test('earlier messages are loaded page by page, in order', async (t) => {
    const { first, last } = topology();
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [theirs] = await openConversation(customer, agent);
    const expected = Array.from({ length: 120 }, (_, i) => `message ${i}`);
    await Promise.all(expected.map((body) => theirs.send(body).acknowledged));

    const late = await openDevice(t, first, { role: 'MANAGER' });
    const watched = late.client.conversation(theirs.id);
    await watched.until(({ phase }) => phase === 'live');
    assert.equal(watched.getSnapshot().messages.length, 50);
    await watched.loadEarlier();
    await watched.loadEarlier();
    assert.deepEqual(bodies(watched.getSnapshot()), expected);
    assert.equal(watched.getSnapshot().state?.earlierCursor, null);
  });
});
