import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config.ts';
import { superuser } from './cluster.ts';

/** Longest path of a Unix socket: 107 bytes on Linux, 103 on the BSDs and macOS. */
const PATH_MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/** The URL of the socket in a cluster's folder. `close` when it is no longer needed. */
export function openSocketUrl(cluster: string): { url: string; close(): void } {
  if (Buffer.byteLength(join(cluster, '.s.PGSQL.5432')) <= PATH_MAX_BYTES) return { url: urlOf(cluster), close() {} };
  if (process.platform !== 'linux') {
    throw new ConfigError(
      `The path of ${cluster} is too long for a socket in it (at most ${PATH_MAX_BYTES} bytes). Set DATA_DIR to a shorter one.`,
    );
  }
  // A short name for the same folder, which the kernel keeps for as long as we have it open.
  const folder = openSync(cluster, 'r');
  return { url: urlOf(`/proc/${process.pid}/fd/${folder}`), close: () => closeSync(folder) };
}

/** Port and sslmode are given because `pg` would otherwise take PGPORT and PGSSLMODE from the environment. */
function urlOf(folder: string): string {
  return `postgres://${superuser}@localhost:5432/parley?host=${encodeURIComponent(folder)}&sslmode=disable`;
}
