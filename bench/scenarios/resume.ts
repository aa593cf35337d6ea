import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { openGraphqlSocket } from '../load/graphql-socket-link.ts';
import { percentiles } from '../load/percentiles.ts';
import type { Figure, Scenario } from './scenario.ts';

const TRIES = 30;
const SHARES = [0, 0.5, 0.9999];

export const resume: Scenario = {
  name: 'resume',
  title: 'Resuming a long conversation',
  about:
    'From subscribing, over a socket that is open, to the first event after the seq that is asked for; wherever that is.',
  async run({ url, databaseUrl, size, token }) {
    const socket = await openGraphqlSocket(url, await token('CUSTOMER', 'resume'));
    const conversationId = uuidv7();
    await socket.start(conversationId);
    const first = await socket.send({ id: uuidv7(), conversationId, body: 'the first' });
    await fillConversation(databaseUrl, conversationId, size);
    const figures: Figure[] = [{ name: 'Messages in the conversation', value: size, unit: '' }];
    for (const share of SHARES) {
      const afterSeq = first + Math.floor(share * (size - 1));
      const times: number[] = [];
      for (let n = 0; n < TRIES; n++) {
        const began = performance.now();
        await socket.firstUpdate(conversationId, afterSeq);
        times.push(performance.now() - began);
      }
      const { p50, p99 } = percentiles(times);
      figures.push(
        { name: `After seq ${afterSeq}, p50`, value: p50, unit: 'ms', target: 'under 20 ms' },
        { name: `After seq ${afterSeq}, p99`, value: p99, unit: 'ms' },
      );
    }
    socket.close();
    return figures;
  },
};

/** Past the server and all at once: the log is as it would be. */
async function fillConversation(databaseUrl: string, conversationId: string, messages: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO message (id, conversation_id, seq, sender_id, body, fingerprint, created_at)
       SELECT gen_random_uuid(), c.id, c.head_seq + n, c.starter_id, 'And another word about it.', sha256('filled'),
              date_trunc('milliseconds', now())
       FROM conversation c, generate_series(1, $2::int) n WHERE c.id = $1`,
      [conversationId, messages],
    );
    await client.query('UPDATE conversation SET head_seq = head_seq + $2 WHERE id = $1', [conversationId, messages]);
    await client.query('COMMIT');
    await client.query('ANALYZE message');
  } finally {
    await client.end();
  }
}
