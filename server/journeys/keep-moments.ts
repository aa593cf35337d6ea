import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { isDatabaseAway } from '../errors.ts';
import { repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import type { Moments, PublishedTuple, ReceivedTuple } from './journey.ts';
import { forgetMoments, type MomentRow, writeMoments } from './journey-queries.ts';

/**
 * When events were published and receipts came, for the journey of a message. Beside the path of a message, never on it:
 * noted in memory, and once a second written down, all of a conversation in one row. In the acknowledge statement itself a
 * row for each receipt cost it 20 of 50 µs of PostgreSQL; so it costs a busy server next to nothing.
 */
export type MomentKeeper = {
  published(moment: {
    conversationId: string;
    seq: number;
    swept: boolean;
    failures: number;
    error: string | null;
  }): void;
  received(moment: { conversationId: string; participantId: string; delivered: Rise; read: Rise }): void;
  start(): void;
  /** Writes what is left. */
  stop(): Promise<void>;
};
/** A watermark, from and to. */
type Rise = readonly [from: number, to: number];

const FLUSH_INTERVAL_MS = 1_000;
/** Written by one statement. */
const BATCH = 5_000;
/** Waiting while PostgreSQL is away, about 10 MB; what comes beyond has no times. */
const MAX_WAITING = 50_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Waiting = { readonly conversationId: string; readonly at: number; readonly seqs: Rise } & (
  | { readonly published: (agoMs: number) => PublishedTuple }
  | { readonly received: (agoMs: number) => ReceivedTuple }
);

type Parts = { db: Db; config: Config; processId: string; log: Log; onError: (error: unknown) => void };

export function createMomentKeeper({ db, config, processId, log, onError }: Parts): MomentKeeper {
  const enabled = config.JOURNEY_RETENTION_DAYS > 0;
  const waiting: Waiting[] = [];
  let failing = false;

  function note(moment: Waiting): void {
    if (enabled && waiting.length < MAX_WAITING) waiting.push(moment);
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      await writeMoments(db, processId, toRows(batch));
      waiting.splice(0, batch.length);
      failing = false;
    }
  }

  function flushFailed(err: unknown): void {
    if (!failing) log.warn({ err, away: isDatabaseAway(err) }, 'moments of journeys cannot be stored; tried again');
    failing = true;
  }

  const flushing = repeat({ intervalMs: FLUSH_INTERVAL_MS, enabled, onError: flushFailed }, flush);
  const forgetting = repeat({ intervalMs: HOUR_MS, enabled: true, onError }, () =>
    forgetMoments(db, new Date(Date.now() - config.JOURNEY_RETENTION_DAYS * DAY_MS)),
  );

  return {
    published({ conversationId, seq, swept, failures, error }) {
      const smooth = !swept && failures === 0;
      note({
        conversationId,
        at: performance.now(),
        seqs: [seq, seq],
        published: (agoMs) => (smooth ? [seq, agoMs] : [seq, agoMs, swept ? 1 : 0, failures, error]),
      });
    },
    received({ conversationId, participantId, delivered, read }) {
      const risen = [delivered, read].filter(([from, to]) => to > from);
      note({
        conversationId,
        at: performance.now(),
        seqs: [Math.min(...risen.map(([from]) => from)) + 1, Math.max(...risen.map(([, to]) => to))],
        received: (agoMs) => [participantId, agoMs, ...delivered, ...read],
      });
    },
    start() {
      flushing.start();
      forgetting.start();
    },
    async stop() {
      await Promise.all([flushing.stop(), forgetting.stop()]);
      await flush().catch(flushFailed);
    },
  };
}

function toRows(batch: readonly Waiting[]): MomentRow[] {
  const now = performance.now();
  return [...Map.groupBy(batch, ({ conversationId }) => conversationId)].map(([conversationId, all]) => {
    const published = all.flatMap((one) => ('published' in one ? [one.published(Math.round(now - one.at))] : []));
    const received = all.flatMap((one) => ('received' in one ? [one.received(Math.round(now - one.at))] : []));
    const moments: Moments = {
      ...(published.length > 0 ? { published } : {}),
      ...(received.length > 0 ? { received } : {}),
    };
    const firstSeq = Math.min(...all.map(({ seqs: [first] }) => first));
    const lastSeq = Math.max(...all.map(({ seqs: [, last] }) => last));
    return { conversationId, firstSeq, lastSeq, moments };
  });
}
