import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

type Target = {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
  readonly datasource: any;
};

export type ReadPanel = {
  readonly title: string;
  readonly description: string;
  readonly unit: string | undefined;
  readonly datasource: any;
  readonly targets: readonly Target[];
};

/** The panels that show data, without rows. */
export function panelsOf(dashboard: Dashboard): ReadPanel[] {
  return (dashboard.panels ?? [])
    .filter((panel: any) => panel.type !== 'row')
    .map(({ title, description, fieldConfig, options, datasource, targets }: any) => ({
      title,
      description,
      unit: fieldConfig?.defaults?.unit ?? options?.yAxis?.unit,
      datasource,
      targets,
    }));
}
