import type { TestContext } from 'node:test';
import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';

/** What passes over Redis, seen from beside: who published what, however subscribers then dealt with it. */
export type BusTap = {
  /** Everything published, in order: the channel without its prefix, and the message. */
  readonly all: { channel: string; message: any }[];
  /** The seqs of the durable events of a conversation, with their content or as hints, in the order of their publishing. */
  seqsOf(conversationId: string): number[];
  until(what: string, fits: (published: { channel: string; message: any }) => boolean): Promise<void>;
};

const PREFIX = 'parley:';

export async function tapBus(t: Pick<TestContext, 'after'>, { port }: { port: number }): Promise<BusTap> {
  const subscriber = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  subscriber.on('error', () => {}); // it comes back by itself
  t.after(() => subscriber.disconnect());
  const all: BusTap['all'] = [];
  subscriber.on('pmessage', (_pattern: string, channel: string, text: string) => {
    all.push({ channel: channel.slice(PREFIX.length), message: JSON.parse(text).message });
  });
  await subscriber.psubscribe(`${PREFIX}*`);
  return {
    all,
    seqsOf: (conversationId) =>
      all
        .filter(({ channel }) => channel === `conversation:${conversationId}`)
        .flatMap(({ message }) => message.event?.seq ?? message.seq ?? []),
    until: async (what, fits) => void (await eventually(what, () => all.some(fits))),
  };
}
