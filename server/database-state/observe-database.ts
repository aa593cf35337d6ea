import { metrics as otel } from '@opentelemetry/api';
import { type Db, poolState } from '../db.ts';
import type { Log } from '../telemetry/log.ts';
import { type Observed, observed } from '../telemetry/metrics.ts';
import { within } from '../within.ts';
import { readDatabaseState } from './database-state-queries.ts';

/** Scrapers give up after ten seconds; whatever is slower than this is as good as away. */
const PATIENCE_MS = 2_000;

/**
 * What PostgreSQL and our pool say of themselves, asked when somebody scrapes. All processes on one database report the same
 * values; dashboards take the largest. While PostgreSQL is away these series are absent: "no data" is not 0.
 */
export function observeDatabase(db: Db, log: Log): void {
  const meter = otel.getMeter('parley');
  const gauge = (what: Observed) => meter.createObservableGauge(observed[what][0], { description: observed[what][1] });
  const counter = (what: Observed) =>
    meter.createObservableCounter(observed[what][0], { description: observed[what][1] });

  const pool = gauge('poolConnections');
  const waiting = gauge('poolWaiting');
  meter.addBatchObservableCallback(
    (result) => {
      const { total, idle, waiting: queued } = poolState(db);
      result.observe(pool, total - idle, { state: 'active' });
      result.observe(pool, idle, { state: 'idle' });
      result.observe(waiting, queued);
    },
    [pool, waiting],
  );

  const outboxDepth = gauge('outboxDepth');
  const outboxOldest = gauge('outboxOldest');
  const deadLetters = gauge('deadLetters');
  const conversations = gauge('conversations');
  const longestWaiting = gauge('longestWaiting');
  const transactions = counter('transactions');
  const deadlocks = counter('deadlocks');
  const size = gauge('databaseSize');
  const connections = gauge('connections');
  const maxConnections = gauge('maxConnections');
  const replicationLag = gauge('replicationLag');
  const rows = gauge('rows');
  meter.addBatchObservableCallback(
    async (result) => {
      const state = await within(PATIENCE_MS, readDatabaseState(db)).catch((err) => {
        log.debug({ err }, 'PostgreSQL does not answer the scrape');
      });
      if (!state) return;
      result.observe(outboxDepth, state.outboxDepth);
      result.observe(outboxOldest, state.outboxOldest);
      result.observe(deadLetters, state.deadLetters);
      result.observe(conversations, state.waiting, { status: 'waiting' });
      result.observe(conversations, state.open, { status: 'open' });
      result.observe(longestWaiting, state.longestWaiting);
      result.observe(transactions, state.commits, { outcome: 'committed' });
      result.observe(transactions, state.rollbacks, { outcome: 'rolled back' });
      result.observe(deadlocks, state.deadlocks);
      result.observe(size, state.size);
      result.observe(connections, state.connections);
      result.observe(maxConnections, state.maxConnections);
      if (state.replicationLag !== null) result.observe(replicationLag, state.replicationLag);
      for (const { table, live, dead } of state.tables) {
        result.observe(rows, live, { table, state: 'live' });
        result.observe(rows, dead, { table, state: 'dead' });
      }
    },
    [
      outboxDepth,
      outboxOldest,
      deadLetters,
      conversations,
      longestWaiting,
      transactions,
      deadlocks,
      size,
      connections,
      maxConnections,
      replicationLag,
      rows,
    ],
  );
}
