import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { type Repeating, repeat } from '../repeat.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Forgets sessions that nobody has used for long, and whose tokens cannot be used any more: they say where people were. And
 * sign-in links that are of no use any more: they say who was to come in.
 */
export function createSessionRetention(parts: {
  db: Db;
  config: Config;
  onError: (error: unknown) => void;
}): Repeating {
  const { db, config, onError } = parts;
  return repeat({ intervalMs: HOUR_MS, enabled: true, onError }, async () => {
    const before = new Date(Date.now() - config.SESSION_RETENTION_DAYS * DAY_MS);
    const unusable = [{ expiresAt: null }, { expiresAt: { lt: before } }];
    await db.session.deleteMany({ where: { lastSeenAt: { lt: before }, OR: unusable } });
    await db.signInCode.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  });
}
