import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource, type Panel } from './panels.ts';

/** What all of Parley's dashboards share: choosers of data source, job and instance, restarts as annotations, links. */
type Contents = {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly rows: Readonly<Record<string, readonly Panel[]>>;
};

/** A metric that every process of Parley has. */
const EVERY = 'parley_sends_total';

export type NamedDashboard = { readonly name: string; readonly dashboard: Dashboard };

export function makeDashboard({ name, title, about, rows }: Contents): NamedDashboard {
  const builder = new DashboardBuilder(`Parley / ${title}`)
    .uid(`parley-${name}`)
    .description(about)
    .tags(['parley'])
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .refresh('30s')
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(chooser('job', 'Job', `label_values(${EVERY}, job)`))
    .withVariable(chooser('instance', 'Instance', `label_values(${EVERY}{job=~"$job"}, instance)`))
    .annotation(
      new AnnotationQueryBuilder()
        .name('Deploys and restarts')
        .datasource(datasource)
        .enable(true)
        .iconColor('purple')
        .expr('process_start_time_seconds{job=~"$job", instance=~"$instance"} * 1000')
        .useValueForTime(true)
        .titleFormat('{{instance}} started')
        .step('60s'),
    )
    .link(
      new DashboardLinkBuilder('Parley')
        .type(DashboardLinkType.Dashboards)
        .tags(['parley'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const [row, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(row));
    for (const panel of panels) builder.withPanel(panel);
  }
  return { name, dashboard: builder.build() };
}

const chooser = (name: string, label: string, query: string) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
