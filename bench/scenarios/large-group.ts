import { v7 as uuidv7 } from 'uuid';
import { openGraphqlSocket } from '../load/graphql-socket-link.ts';
import { documents } from '../load/link.ts';
import { percentiles } from '../load/percentiles.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import type { Scenario } from './scenario.ts';

const MESSAGES = 40;
/** Before it is measured, so that what is hot is compiled. */
const WARM_UP = 20;
const AT_ONCE = 32;

export const largeGroup: Scenario = {
  name: 'group',
  title: 'A message to a large group',
  about:
    'Everybody is a member and follows the conversation over a socket of their own. One message after the other: the next is sent when the one before has reached all. Receipts are not sent.',
  async run({ url, size, token, usage }) {
    const agent = await openGraphqlSocket(url, await token('AGENT', 'group-agent'));
    const conversationId = uuidv7();
    await agent.start(conversationId);
    const members = await atMostAtOnce(size, AT_ONCE, async (n) =>
      openGraphqlSocket(url, await token('CUSTOMER', `group-${n}`)),
    );
    await atMostAtOnce(size, 1, (n) =>
      agent.request(documents.addParticipant, { conversationId, externalId: `group-${n}` }),
    );
    let [reached, wrong] = [0, 0];
    let all: (() => void) | undefined;
    const lastSeqs: number[] = [];
    await atMostAtOnce(size, AT_ONCE, (n) =>
      members[n]!.follow(conversationId, ({ seq }) => {
        if (seq !== (lastSeqs[n] ?? seq - 1) + 1) wrong++;
        lastSeqs[n] = seq;
        if (++reached === size) all?.();
      }),
    );

    const toAll: number[] = [];
    let before = await usage();
    for (let n = 0; n < WARM_UP + MESSAGES; n++) {
      if (n === WARM_UP) before = await usage();
      reached = 0;
      const everybody = new Promise<void>((resolve) => {
        all = resolve;
      });
      const began = performance.now();
      await agent.send({ id: uuidv7(), conversationId, body: 'The train to the city leaves from platform 9 today.' });
      await everybody;
      if (n >= WARM_UP) toAll.push(performance.now() - began);
    }
    const cpuMs = ((await usage()).cpuSeconds - before.cpuSeconds) * 1000;
    for (const socket of [agent, ...members]) socket.close();

    const { p50, p99 } = percentiles(toAll);
    return [
      { name: 'Members', value: size, unit: '' },
      { name: 'Sent → received by the last, p50', value: p50, unit: 'ms' },
      { name: 'Sent → received by the last, p99', value: p99, unit: 'ms' },
      { name: 'CPU of the server for a message', value: cpuMs / MESSAGES, unit: 'ms' },
      { name: 'Lost, doubled or out of order', value: wrong, unit: '', target: '0' },
    ];
  },
};
