import { v7 as uuidv7 } from 'uuid';
import { type GraphqlSocket, openGraphqlSocket } from '../load/graphql-socket-link.ts';
import { percentiles } from '../load/percentiles.ts';
import { atMostAtOnce } from './at-most-at-once.ts';
import type { Scenario } from './scenario.ts';

const ROUNDS = 3;
const AT_ONCE = 32;
const AGENTS = 10;

export const reconnectStorm: Scenario = {
  name: 'storm',
  title: 'All come back at once',
  about:
    'Each a customer who follows a conversation of their own. All sockets are cut at the same moment, a message is posted in every conversation, and all connect, sign in and resume together, with none of the jitter that clients have. Served: has the message that was missed. Medians of three rounds.',
  async run({ url, size, token }) {
    const tokens = await atMostAtOnce(size, size, (n) => token('CUSTOMER', `storm-${n}`));
    const agents = await atMostAtOnce(AGENTS, AGENTS, async (n) =>
      openGraphqlSocket(url, await token('AGENT', `storm-agent-${n}`)),
    );
    let sockets: GraphqlSocket[] = await atMostAtOnce(size, AT_ONCE, (n) => openGraphqlSocket(url, tokens[n]));
    const lastSeqs: number[] = [];
    const ids = await atMostAtOnce(size, AT_ONCE, async (n) => {
      const id = uuidv7();
      await sockets[n]!.start(id);
      await agents[n % AGENTS]!.claim(id);
      await sockets[n]!.follow(id, () => {});
      return id;
    });

    const rounds: { p50: number; p99: number; max: number; lost: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const socket of sockets) socket.cut();
      const posted = await atMostAtOnce(size, AT_ONCE, (n) =>
        agents[n % AGENTS]!.send({ id: uuidv7(), conversationId: ids[n]!, body: `While you were away: ${round}` }),
      );
      const began = performance.now();
      const served: number[] = [];
      let wrong = 0;
      sockets = await Promise.all(
        tokens.map(async (oneToken, n) => {
          const socket = await openGraphqlSocket(url, oneToken);
          const afterSeq = lastSeqs[n] ?? posted[n]! - 1;
          const seqs: number[] = [];
          await socket.follow(
            ids[n]!,
            ({ seq }) => {
              seqs.push(seq);
              if (seq === posted[n]) served.push(performance.now() - began);
            },
            afterSeq,
          );
          if (seqs.length !== 1 || seqs[0] !== posted[n]) wrong++;
          lastSeqs[n] = posted[n]!;
          return socket;
        }),
      );
      const { p50, p99, max } = percentiles(served);
      rounds.push({ p50, p99, max, lost: wrong });
    }
    for (const socket of [...sockets, ...agents]) socket.close();

    const median = (pick: (round: (typeof rounds)[number]) => number) => rounds.map(pick).sort((a, b) => a - b)[1]!;
    return [
      { name: 'Come back at once', value: size, unit: '' },
      { name: 'Served, half of them', value: median(({ p50 }) => p50), unit: 'ms' },
      { name: 'Served, 99 %', value: median(({ p99 }) => p99), unit: 'ms' },
      { name: 'Served, the last', value: median(({ max }) => max), unit: 'ms', target: 'under 5,000 ms' },
      {
        name: 'Had not just what they had missed, in all rounds',
        value: rounds.reduce((sum, { lost }) => sum + lost, 0),
        unit: '',
        target: '0',
      },
    ];
  },
};
