import type { Db } from '../db.ts';

export async function readTargets(db: Db): Promise<Map<string, number>> {
  const rows = await db.kpiTarget.findMany({ select: { metric: true, value: true } });
  return new Map(rows.map(({ metric, value }) => [metric, value]));
}

/** Null: the built-in one again. */
export async function writeTarget(db: Db, metric: string, value: number | null, setById: string): Promise<void> {
  if (value === null) {
    await db.kpiTarget.deleteMany({ where: { metric } });
    return;
  }
  const set = { value, setById, setAt: new Date() };
  await db.kpiTarget.upsert({ where: { metric }, create: { metric, ...set }, update: set });
}
