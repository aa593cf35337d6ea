import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { type Repeating, repeat } from '../repeat.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Removes entries that are older than they are to be kept. The table itself refuses to lose those of the last 30 days. */
export function createAuditRetention(parts: { db: Db; config: Config; onError: (error: unknown) => void }): Repeating {
  const { db, config, onError } = parts;
  return repeat({ intervalMs: HOUR_MS, enabled: true, onError }, async () => {
    const before = new Date(Date.now() - config.AUDIT_RETENTION_DAYS * DAY_MS);
    await db.auditEntry.deleteMany({ where: { at: { lt: before } } });
  });
}
