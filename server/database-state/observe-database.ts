import { metrics as otel } from '@opentelemetry/api';
import { type Db, poolState } from '../db.ts';
import type { Log } from '../telemetry/log.ts';
import { readDatabaseState } from './database-state-queries.ts';

/**
 * What PostgreSQL and our pool say of themselves, asked when somebody scrapes. All processes on one database report the same
 * values; dashboards take the largest. While PostgreSQL is away these series are absent: "no data" is not 0.
 */
/** Scrapers give up after ten seconds; whatever is slower than this is as good as away. */
const PATIENCE_MS = 2_000;

export function observeDatabase(db: Db, log: Log): void {
  const meter = otel.getMeter('parley');
  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description });
  const counter = (name: string, description: string) => meter.createObservableCounter(name, { description });

  const pool = gauge('parley_database_pool_connections', 'Connections of this process, by state: active, idle');
  const waiting = gauge('parley_database_pool_waiting', 'Statements waiting for a connection of this process');
  meter.addBatchObservableCallback(
    (result) => {
      const { total, idle, waiting: queued } = poolState(db);
      result.observe(pool, total - idle, { state: 'active' });
      result.observe(pool, idle, { state: 'idle' });
      result.observe(waiting, queued);
    },
    [pool, waiting],
  );

  const outboxDepth = gauge('parley_outbox_depth', 'Outbox rows that are not known to be published');
  const outboxOldest = gauge('parley_outbox_oldest_seconds', 'Age of the oldest outbox row; 0 without one');
  const deadLetters = gauge('parley_dead_letters', 'Events set aside that nobody has replayed or discarded');
  const conversations = gauge('parley_conversations', 'Conversations by status: waiting, open');
  const longestWaiting = gauge(
    'parley_longest_waiting_seconds',
    'How long the customer waiting longest has; 0 without one',
  );
  const transactions = counter('parley_database_transactions', 'Transactions by outcome: committed, rolled back');
  const deadlocks = counter('parley_database_deadlocks', 'Deadlocks that PostgreSQL broke');
  const size = gauge('parley_database_size_bytes', 'Size of the database on disk');
  const connections = gauge('parley_database_connections', 'Connections to the database, from everywhere');
  const maxConnections = gauge('parley_database_max_connections', 'Connections that PostgreSQL accepts');
  const replicationLag = gauge('parley_database_replication_lag_seconds', 'How far the slowest replica is behind');
  const rows = gauge('parley_database_rows', 'Estimated rows by table and state: live, dead (to be vacuumed)');
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

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
