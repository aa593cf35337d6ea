import type { Db } from '../db.ts';
import { badInput } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import { type Kpi, type KpiName, kpiNamed, kpis } from './kpi-definitions.ts';
import { readTargets, writeTarget } from './target-queries.ts';

/** A key figure with the target that holds now: the managers', else the built-in one. */
export type JudgedKpi = Omit<Kpi, 'target'> & {
  readonly target: { readonly value: number; readonly comparison: 'BELOW' | 'ABOVE' | 'AT_LEAST' } | null;
  readonly comparison: 'BELOW' | 'ABOVE' | 'AT_LEAST' | null;
  readonly isOwnTarget: boolean;
};

export async function readKpis(
  db: Db,
  names: readonly KpiName[] = kpis.map(({ metric }) => metric),
): Promise<JudgedKpi[]> {
  const targets = await readTargets(db);
  return names.map((name) => {
    const kpi = kpiNamed(name);
    const own = targets.get(name);
    const value = own ?? kpi.target?.value ?? null;
    const target = kpi.target && value !== null ? { ...kpi.target, value } : null;
    return { ...kpi, target, comparison: kpi.target?.comparison ?? null, isOwnTarget: own !== undefined };
  });
}

export async function setTarget(db: Db, viewer: Viewer, name: KpiName, value: number | null): Promise<JudgedKpi> {
  const { target, unit } = kpiNamed(name);
  if (!target) throw badInput('metric', 'is neither good nor bad, so it has no target.');
  if (value !== null) {
    if (unit === 'RATIO' && !(value >= 0 && value <= 1)) throw badInput('value', 'must be a share, from 0 to 1.');
    if (unit === 'MILLISECONDS' && !(value > 0 && value <= 86_400_000))
      throw badInput('value', 'must be milliseconds, above 0 and at most a day.');
    if (unit === 'COUNT' && !(Number.isSafeInteger(value) && value >= 0))
      throw badInput('value', 'must be a whole number, 0 or more.');
  }
  await writeTarget(db, name, value, viewer.id);
  return (await readKpis(db, [name]))[0]!;
}
