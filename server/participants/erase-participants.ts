import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { OutboxEntry } from '../outbox/append-event.ts';
import { repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import { detached } from '../telemetry/message-trace.ts';
import { eraseConversation } from './erase-conversation.ts';
import { claimErasure, type Erasure, nextConversations } from './erasure-queries.ts';

/**
 * Carries out what delete-participant has begun, conversation by conversation, beside everything else. Kept in the table
 * erasure: any process goes on with what another left, at its next look or its next start.
 */
export type Erasures = {
  /** There is something to do. */
  wake(): void;
  start(): void;
  /** After the transaction under way. */
  stop(): Promise<void>;
};

type Parts = {
  db: Db;
  relay: { handOver(entries: readonly OutboxEntry[]): void };
  config: Config;
  log: Log;
  onError: (error: unknown) => void;
};

export function createErasures({ db, relay, config, log, onError }: Parts): Erasures {
  const limits = { batch: config.ERASURE_BATCH, leaseMs: config.ERASURE_LEASE_MS };
  let stopped = false;
  let current: Promise<void> | undefined;

  async function erase(erasure: Erasure): Promise<void> {
    const { participantId } = erasure;
    let { progress } = erasure;
    let ids: string[];
    do {
      ids = await nextConversations(db, participantId, progress);
      for (const id of ids) {
        if (stopped) return;
        await eraseConversation({ db, relay }, erasure, id, limits, () => stopped);
        progress = id;
      }
    } while (ids.length > 0);
    const { conversations, messages } = await db.erasure.update({
      where: { participantId },
      data: { completedAt: new Date(), leaseUntil: null },
    });
    log.info({ participantId, conversations, messages }, 'a participant’s data is erased');
  }

  async function eraseAll(): Promise<void> {
    while (!stopped) {
      const erasure = await claimErasure(db, limits.leaseMs);
      if (!erasure) return;
      await erase(erasure);
    }
  }

  /** One at a time: erasing is in no hurry, those who chat are. */
  const run = () => {
    current ??= eraseAll().finally(() => {
      current = undefined;
    });
    return current;
  };
  const looking = repeat({ intervalMs: config.ERASURE_INTERVAL_MS, enabled: true, onError }, run);

  return {
    wake: () => detached(() => void run().catch(onError)),
    start: () => looking.start(),
    async stop() {
      stopped = true;
      await looking.stop();
      await current?.catch(() => {});
    },
  };
}
