import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { type Repeating, repeat } from '../repeat.ts';
import type { Log } from '../telemetry/log.ts';
import type { Measure } from '../telemetry/measure.ts';
import { readPosition, takeTurn, writePosition } from '../turn-queries.ts';
import { rangeChecks } from './audit-database.ts';
import type { ConversationRange, RangeCheck } from './check.ts';
import { nextRange, type RangeSize } from './conversation-ranges.ts';
import { stuckEvents } from './stuck-events.ts';

/** Some 50 ms of PostgreSQL's time: half a per cent of it at the default interval. */
const SLICE: RangeSize = { conversations: 200, events: 5_000 };

const checks: readonly RangeCheck[] = [...rangeChecks, stuckEvents];
const errors = new Set(
  checks.flatMap(({ claims }) => claims.filter(({ level }) => level === 'error').map(({ name }) => name)),
);

type Parts = { db: Db; config: Config; measure: Measure; log: Log; onError: (error: unknown) => void };

/**
 * What `npm run audit` proves at one moment, all the time: a few conversations every ten seconds, in one process at a time,
 * and from the first again after the last. The share of conversations that pass is the consistency that managers see.
 */
export function createContinuousAudit({ db, config, measure, log, onError }: Parts): Repeating {
  return repeat({ intervalMs: config.AUDIT_SLICE_INTERVAL_MS, enabled: config.CONTINUOUS_AUDIT, onError }, async () => {
    if (!(await takeTurn(db, 'audit', config.AUDIT_SLICE_INTERVAL_MS))) return;
    const { passed, failed, examples } = await auditSlice(db);
    measure.audited(passed, failed);
    if (failed > 0) log.error({ failed, examples }, 'the audit has findings: see npm run audit');
  });
}

/** The next slice. What is found in it is looked at one by one: how many conversations fail, not how many rows. */
export async function auditSlice(db: Db): Promise<{ passed: number; failed: number; examples: string[] }> {
  const range = await nextRange(db, await readPosition(db, 'audit'), SLICE);
  await writePosition(db, 'audit', range?.last ?? null);
  if (!range) return { passed: 0, failed: 0, examples: [] };
  const found = await findingsIn(db, range, checks);
  let failed = 0;
  const examples = new Set<string>();
  for (const id of found.length > 0 ? range.ids : []) {
    const own = await findingsIn(
      db,
      { first: id, last: id },
      found.map(({ check }) => check),
    );
    if (own.length > 0) failed++;
    for (const example of own.flatMap((one) => one.examples)) if (examples.size < 5) examples.add(example);
  }
  return { passed: range.ids.length - failed, failed, examples: [...examples] };
}

async function findingsIn(db: Db, range: ConversationRange, of: readonly RangeCheck[]) {
  const found: { check: RangeCheck; examples: readonly string[] }[] = [];
  for (const check of of) {
    const wrong = (await check.inspect(db, range)).filter(({ claim, findings }) => findings > 0 && errors.has(claim));
    if (wrong.length > 0) found.push({ check, examples: wrong.flatMap(({ examples }) => examples) });
  }
  return found;
}
