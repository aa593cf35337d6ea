import assert from 'node:assert/strict';
import { inEveryForm, startTopology } from '../harness/topology.ts';
import { openConversation, openDevice } from './devices.ts';

inEveryForm(
  'an inbox shows every conversation at its newest, also those that began while it was away',
  async (t, form) => {
    const { first, last } = await startTopology(t, form);
    const [customer, agent] = await Promise.all([
      openDevice(t, first, { role: 'CUSTOMER' }),
      openDevice(t, last, { role: 'AGENT' }),
    ]);
    const [one] = await openConversation(customer, agent);
    const inbox = agent.client.inbox();
    const shows = (last: (string | null | undefined)[]) =>
      new Promise<void>((resolve) => {
        const check = () => {
          const { phase, conversations } = inbox.getSnapshot();
          const bodies = conversations.map(({ lastMessage }) => lastMessage?.body ?? null);
          if (phase !== 'live' || JSON.stringify(bodies) !== JSON.stringify(last)) return;
          stop();
          resolve();
        };
        const stop = inbox.subscribe(check);
        check();
      });
    await shows([null]);
    await one.send('first').acknowledged;
    await shows(['first']);

    agent.cut();
    const two = customer.client.startConversation();
    await two.send('second').acknowledged;
    await agent.client.conversation(two.id).assign();
    await shows(['second', 'first']);
    await one.send('third').acknowledged;
    await shows(['third', 'second']);
    assert.deepEqual(
      inbox.getSnapshot().conversations.map(({ id }) => id),
      [one.id, two.id],
    );
  },
);
