import { makeDashboard } from './dashboard.ts';
import { lines, number, of, rate } from './panels.ts';

export const database = makeDashboard({
  name: 'database',
  title: 'PostgreSQL and outbox',
  about: 'What PostgreSQL says of itself, how the pools stand, and what waits to be published.',
  rows: {
    Outbox: [
      lines({
        title: 'Outbox rows',
        about: 'Not known to be published.',
        unit: 'short',
        width: 8,
        queries: { rows: `max(${of('parley_outbox_depth')})` },
      }),
      lines({
        title: 'Oldest outbox row',
        about: 'Rows are left alone for their first second; a dead relay’s are taken over within five.',
        unit: 's',
        width: 8,
        queries: { age: `max(${of('parley_outbox_oldest_seconds')})` },
        target: 5,
      }),
      lines({
        title: 'Dead letters',
        about: 'That nobody has replayed or discarded.',
        unit: 'short',
        width: 8,
        queries: { 'dead letters': `max(${of('parley_dead_letters')})` },
      }),
    ],
    Connections: [
      lines({
        title: 'Pool by process',
        about: 'All active and none idle for long: DATABASE_POOL_SIZE is too small, or statements are slow.',
        unit: 'short',
        width: 8,
        queries: { '{{state}} {{instance}}': of('parley_database_pool_connections') },
      }),
      lines({
        title: 'Waiting for a connection',
        about: 'Statements in the queue of a pool.',
        unit: 'short',
        width: 8,
        queries: { '{{instance}}': of('parley_database_pool_waiting') },
      }),
      lines({
        title: 'Connections to PostgreSQL',
        about: 'From everywhere, against what it accepts.',
        unit: 'short',
        width: 8,
        queries: {
          connections: `max(${of('parley_database_connections')})`,
          accepted: `max(${of('parley_database_max_connections')})`,
        },
      }),
    ],
    Work: [
      lines({
        title: 'Transactions',
        about: 'By outcome. Rollbacks are rare: a conflict, a timeout, a lost connection.',
        unit: 'ops',
        width: 8,
        queries: { '{{outcome}}': `max by (outcome) (${rate('parley_database_transactions_total')})` },
      }),
      lines({
        title: 'Deadlocks',
        about: 'Parley locks in one order and should have none; others on the same database may.',
        unit: 'ops',
        width: 8,
        queries: { deadlocks: `max(${rate('parley_database_deadlocks_total')})` },
      }),
      lines({
        title: 'Replication lag',
        about: 'Of the slowest replica. Nothing without one, or where this role may not see it (pg_monitor).',
        unit: 's',
        width: 8,
        queries: { lag: `max(${of('parley_database_replication_lag_seconds')})` },
      }),
    ],
    Storage: [
      number({
        title: 'Size on disk',
        about: 'Tables and indexes.',
        unit: 'bytes',
        expr: `max(${of('parley_database_size_bytes')})`,
      }),
      number({
        title: 'Growth per day',
        about: 'At the pace of the last six hours.',
        unit: 'bytes',
        expr: `max(deriv(${of('parley_database_size_bytes')}[6h])) * 86400`,
      }),
      number({
        title: 'Messages stored',
        about: 'PostgreSQL’s estimate.',
        unit: 'short',
        expr: `max(${of('parley_database_rows', 'table="message", state="live"')})`,
      }),
      number({
        title: 'Conversations stored',
        about: 'PostgreSQL’s estimate.',
        unit: 'short',
        expr: `max(${of('parley_database_rows', 'table="conversation", state="live"')})`,
      }),
      lines({
        title: 'Rows',
        about: 'Live, by table, as PostgreSQL estimates them.',
        unit: 'short',
        queries: { '{{table}}': `max by (table) (${of('parley_database_rows', 'state="live"')})` },
      }),
      lines({
        title: 'Dead rows',
        about: 'To be vacuumed. Many in outbox or conversation for long: an old transaction keeps them.',
        unit: 'short',
        queries: { '{{table}}': `max by (table) (${of('parley_database_rows', 'state="dead"')})` },
      }),
    ],
  },
});
