/* What the settings ask for and change; kpi-target.test.ts holds it against the schema. */

export interface TargetedKpi {
  readonly metric: string;
  readonly name: string;
  readonly definition: string;
  readonly unit: 'MILLISECONDS' | 'RATIO' | 'COUNT';
  readonly comparison: 'BELOW' | 'ABOVE' | 'AT_LEAST' | null;
  readonly target: { readonly value: number } | null;
  readonly isOwnTarget: boolean;
}

const fields = 'metric name definition unit comparison target { value } isOwnTarget';

export const targetsQuery = `query Targets { kpis { ${fields} } }`;

export const setTargetMutation = `mutation SetTarget($input: SetKpiTargetInput!) {
  setKpiTarget(input: $input) { kpi { ${fields} } }
}`;

/** People say shares in per cent. */
export const toShown = ({ unit }: TargetedKpi, value: number): number =>
  unit === 'RATIO' ? Number((value * 100).toFixed(6)) : value;

export const fromShown = ({ unit }: TargetedKpi, shown: number): number =>
  unit === 'RATIO' ? Number((shown / 100).toFixed(8)) : shown;

export const comparisonText = { BELOW: 'under', ABOVE: 'over', AT_LEAST: 'at least' } as const;
export const unitText = { MILLISECONDS: 'ms', RATIO: '%', COUNT: '' } as const;
