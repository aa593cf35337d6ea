import { CircuitState, isBrokenCircuitError } from 'cockatiel';
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { MomentKeeper } from '../journeys/keep-moments.ts';
import { repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import { detached, endSpan, startPublish } from '../telemetry/message-trace.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { notePostponed, noteRetry, recordDeadLetter } from '../telemetry/repair-trace.ts';
import type { OutboxEntry } from './append-event.ts';
import { createBehind } from './behind.ts';
import type { Bus, BusMessage } from './bus.ts';
import {
  buryRows,
  claimRows,
  claimYoungRows,
  deleteRows,
  type FailedPublish,
  type OutboxRow,
  recordFailures,
  releaseRows,
} from './outbox-queries.ts';
import { createSinkBreaker, HALF_OPEN_MS } from './sink-breaker.ts';

/**
 * The path of a message: send-message → append-event → [relay-outbox] → bus → follow-conversation → acknowledge.
 *
 * The only publisher of durable events (D5). Whoever committed an event hands it over in memory; it is published and its
 * outbox row deleted, in batches. Rows that nobody handed over (their process died) or whose publish failed are claimed by
 * the sweep, on any process. Both ways meet in `publish`. A crash after a publish and before the deletion publishes once
 * more, which subscribers drop by seq; a crash before it leaves the row to another process's sweep.
 *
 * One relay publishes a conversation's events in their order, also after the bus was away: see behind.ts. An event whose own
 * publish was refused waits for its retry and is overtaken meanwhile, because nobody should be held up for it; subscribers
 * put in order by seq whatever comes.
 */
export type Relay = {
  /** Takes committed events over. Never throws and never waits. */
  handOver(entries: readonly OutboxEntry[]): void;
  start(): void;
  /** Publishes and deletes what was handed over, then stops. */
  stop(): Promise<void>;
};

type Job = OutboxRow & {
  readonly message: BusMessage;
  readonly inboxes: readonly string[];
  readonly committedAt: Date | null;
};

/** Deletions wait this long for company: a swept row is a second old, so this is never late. */
const DELETE_INTERVAL_MS = 50;
/** Kept for an operator to read; errors of clients' libraries can be long. */
const MAX_ERROR_LENGTH = 500;

type Parts = { db: Db; bus: Bus; config: Config; metrics: Metrics; moments: Pick<MomentKeeper, 'published'>; log: Log };

export function createRelay({ db, bus, config, metrics, moments, log }: Parts): Relay {
  const breaker = createSinkBreaker('bus', { metrics, log });
  const behind = createBehind();
  const published: bigint[] = [];
  let stopped = false;
  let deleteTimer: NodeJS.Timeout | undefined;
  let deleting: Promise<void> = Promise.resolve();
  const handedOver = new Set<Promise<void>>();

  async function publish(jobs: readonly Job[], via: 'hand-over' | 'sweep'): Promise<void> {
    const failed: (FailedPublish & { attempts: number })[] = [];
    const postponed: bigint[] = [];
    await Promise.all(
      jobs.map(async (job) => {
        const span = startPublish(job.traceparent, job, { via, attempt: job.attempts + 1 });
        try {
          await breaker.execute(() => send(job));
          published.push(job.id);
          const { conversationId, seq, attempts, lastError } = job;
          moments.published({ conversationId, seq, swept: via === 'sweep', failures: attempts, error: lastError });
          if (job.committedAt) metrics.commitToPublished(Date.now() - job.committedAt.getTime(), job.traceparent);
          endSpan(span);
        } catch (error) {
          // Without a sweep nobody would publish what is left to it.
          if (config.OUTBOX_SWEEP && !isRefusal(error)) behind.add(job.conversationId);
          if (isBrokenCircuitError(error)) {
            notePostponed(span);
            postponed.push(job.id);
          } else {
            const backoffMs = backoff(job.attempts);
            if (!isLast(job)) noteRetry(span, backoffMs);
            failed.push({ id: job.id, attempts: job.attempts, backoffMs, error: reason(error) });
          }
          endSpan(span, error);
        }
      }),
    );
    metrics.relayBatch(jobs.length, { via });
    metrics.published({ via }, jobs.length - failed.length - postponed.length);
    if (published.length > 0) deleteSoon();
    // Handed-over rows that were postponed are still where the sweep finds them; claimed ones must be given back.
    if (postponed.length > 0 && via === 'sweep') await releaseRows(db, postponed, HALF_OPEN_MS);
    if (failed.length > 0) await settleFailures(failed);
  }

  async function send({ conversationId, message, inboxes }: Job): Promise<void> {
    await bus.publish(`conversation:${conversationId}`, stamped(message));
    for (const id of inboxes) await bus.publish(`inbox:${id}`, { type: 'inbox', conversationId });
  }

  async function settleFailures(failed: readonly (FailedPublish & { attempts: number })[]): Promise<void> {
    metrics.publishFailures({}, failed.length);
    const last = failed.filter(isLast);
    const again = failed.filter((failure) => !isLast(failure));
    if (again.length > 0) await recordFailures(db, again);
    if (last.length > 0) {
      for (const row of await buryRows(db, last)) {
        metrics.deadLetters();
        recordDeadLetter(row.traceparent, row, row.attempts);
        log.error(
          { conversationId: row.conversationId, seq: row.seq },
          'an event could not be published and is now a dead letter',
        );
      }
    }
  }

  const isLast = ({ attempts }: { attempts: number }) => attempts + 1 >= config.OUTBOX_MAX_ATTEMPTS;

  /** Exponential, with full jitter, so that many rows that failed together do not come back together. */
  const backoff = (attempts: number) =>
    Math.ceil(Math.random() * Math.min(config.OUTBOX_BACKOFF_MAX_MS, config.OUTBOX_BACKOFF_BASE_MS * 2 ** attempts));

  function deleteSoon() {
    deleteTimer ??= setTimeout(flush, DELETE_INTERVAL_MS);
  }

  function flush(): Promise<void> {
    clearTimeout(deleteTimer);
    deleteTimer = undefined;
    deleting = deleting.then(deletePublished);
    return deleting;
  }

  async function deletePublished(): Promise<void> {
    while (published.length > 0) {
      const ids = published.splice(0, config.OUTBOX_BATCH);
      try {
        await deleteRows(db, ids);
      } catch (error) {
        // The rows stay, and the sweep publishes them once more: subscribers drop what they have.
        log.warn({ reason: reason(error), rows: ids.length }, 'published outbox rows could not be deleted');
        return;
      }
    }
  }

  async function sweep(): Promise<void> {
    // Not a row is risked to find out whether the bus is back.
    if (breaker.state !== CircuitState.Closed) await breaker.execute(() => bus.ping());
    let isLastPage: boolean;
    do {
      const endLook = behind.look();
      const rows = await claimRows(db, config.OUTBOX_BATCH, config.OUTBOX_LEASE_MS);
      isLastPage = rows.length < config.OUTBOX_BATCH;
      if (isLastPage) rows.push(...(await claimBehind()));
      if (rows.length > 0) await publish(rows.map(toHint), 'sweep');
      if (isLastPage) endLook(rows.map(({ conversationId }) => conversationId));
      // Before the next look, which would find them again.
      if (behind.conversations.size > 0) await flush();
    } while (!stopped && breaker.state === CircuitState.Closed && !(isLastPage && behind.conversations.size === 0));
  }

  /** What is too young to be due, of conversations that are only to be served in order. */
  async function claimBehind(): Promise<OutboxRow[]> {
    if (behind.conversations.size === 0) return [];
    return claimYoungRows(db, [...behind.conversations], config.OUTBOX_BATCH, config.OUTBOX_LEASE_MS);
  }

  const sweepFailed = (error: unknown) => log.debug({ reason: reason(error) }, 'the outbox sweep will be tried again');

  const sweeping = repeat(
    { intervalMs: config.OUTBOX_SWEEP_INTERVAL_MS, enabled: config.OUTBOX_SWEEP, onError: sweepFailed },
    sweep,
  );

  return {
    handOver(entries) {
      const jobs = entries.filter(({ event }) => !behind.defers(event.conversationId)).map(toJob);
      if (jobs.length === 0) return;
      const work = detached(() => publish(jobs, 'hand-over')).catch((error) => {
        log.warn({ reason: reason(error) }, 'a failed publish could not be recorded; the sweep takes it');
      });
      handedOver.add(work);
      void work.then(() => handedOver.delete(work));
    },
    start: () => sweeping.start(),
    async stop() {
      stopped = true;
      await sweeping.stop();
      await Promise.all(handedOver);
      await flush();
    },
  };
}

const toJob = ({ outboxId, event, inboxes }: OutboxEntry): Job => ({
  id: outboxId,
  conversationId: event.conversationId,
  seq: event.seq,
  traceparent: event.traceparent,
  attempts: 0,
  lastError: null,
  message: { type: 'event', event },
  inboxes: inboxes ?? [],
  committedAt: event.at,
});

const stamped = (message: BusMessage): BusMessage =>
  message.type === 'event' ? { type: 'event', event: { ...message.event, publishedAt: Date.now() } } : message;

const toHint = (row: OutboxRow): Job => ({
  ...row,
  message: { type: 'event hint', conversationId: row.conversationId, seq: row.seq },
  inboxes: [],
  committedAt: null,
});

/** Redis is there and says no: then it is this event's own matter, and holds up no other. */
const isRefusal = (error: unknown) => error instanceof Error && error.name === 'ReplyError';

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH);
