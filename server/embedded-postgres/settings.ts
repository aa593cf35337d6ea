/**
 * What PostgreSQL is started with. Given on the command line, where nothing in the data folder overrides it, so that every
 * start has what this version of Parley wants.
 */
const settings: Record<string, string> = {
  // One Unix socket inside the data folder, for its owner and root only. No port that could be taken or reached.
  listen_addresses: '',
  unix_socket_directories: '.',
  unix_socket_permissions: '0700',
  port: '5432',

  // D1: an acknowledged message survives a power cut. These are the defaults; here they are a promise.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  // Fits beside everything else on a machine with 1 GB; more gains little at these sizes.
  shared_buffers: '192MB',
  max_connections: '100',
  // A checkpoint writes whole pages anew; rarely enough that a burst of messages does not cause them back to back.
  max_wal_size: '2GB',
  // The outbox fills with dead rows within seconds, so look after it more often than once a minute.
  autovacuum_naptime: '15s',
  // Costs more than it brings on statements of a millisecond.
  jit: 'off',
  // Data are on SSDs nowadays; the default of 4 makes PostgreSQL shun indexes.
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'parley',

  // The log is for faults. Without details, because those of a violated constraint quote the row: somebody's message.
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_lock_waits: 'on',
};

export const settingsArgs = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
