import { count, ms, oneOf, url } from './config-kinds.ts';

/** Which PostgreSQL, and how it is talked to: a part of config.ts. */
export const databaseFields = {
  DATABASE_URL: url('postgres', 'postgresql')
    .optional()
    .describe('PostgreSQL to use. Without it an embedded one is started in `DATA_DIR`.'),
  DATABASE_POOLER: oneOf('off', 'named', 'unnamed')
    .default('off')
    .describe(
      'What `DATABASE_URL` leads through. `off`: nothing, or what keeps a session for each connection. `named`: a pooler in transaction mode that knows prepared statements (PgBouncer from 1.21 on, with `max_prepared_statements`). `unnamed`: one that does not; each statement is then planned anew.',
    ),
  DATABASE_DIRECT_URL: url('postgres', 'postgresql')
    .optional()
    .describe(
      'The same database past the pooler, for what needs a session of its own: migrations, which hold a lock, and the commands beside the server. Needed with `DATABASE_POOLER`.',
    ),
  DATABASE_REPLICA_URL: url('postgres', 'postgresql')
    .optional()
    .describe(
      'A streaming replica, for key figures and the reports drawn from them. All else is read from `DATABASE_URL`, and these too while the replica is away or behind.',
    ),
  DATABASE_REPLICA_MAX_LAG_MS: ms(10_000).describe(
    'How far behind it may be and still serve them, in ms: key figures are drawn by the minute.',
  ),
  DATABASE_POOL_SIZE: count(8).describe('Connections per process. Sends need two; eight keep two cores busy.'),
  DATABASE_CONNECT_TIMEOUT_MS: ms(3_000).describe('Longest wait for a connection before `UNAVAILABLE`, in ms.'),
  DATABASE_STATEMENT_TIMEOUT_MS: ms(10_000).describe(
    'Longest a statement may run, in ms. The slowest regular one takes a tenth of this on 10 million messages.',
  ),
  DATABASE_LOCK_TIMEOUT_MS: ms(3_000).describe(
    'Longest wait for a row lock, in ms. Locks are held for single statements, so a longer wait means a fault.',
  ),
} as const;

type DatabaseConfig = {
  readonly [Name in 'DATABASE_URL' | 'DATABASE_DIRECT_URL']?: string | undefined;
} & { readonly DATABASE_POOLER: string };

/** What is wrong between these settings; undefined when nothing is. */
export function whyDatabaseCannotBe(config: DatabaseConfig): string | undefined {
  const { DATABASE_URL, DATABASE_POOLER, DATABASE_DIRECT_URL } = config;
  if (DATABASE_POOLER === 'off') return undefined;
  return DATABASE_URL && DATABASE_DIRECT_URL
    ? undefined
    : 'DATABASE_POOLER needs DATABASE_URL, through the pooler, and DATABASE_DIRECT_URL, past it: migrations hold a lock that belongs to a session.';
}
