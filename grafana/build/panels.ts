import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** The few kinds of panel that Parley's dashboards are made of, each with a title, a description and a unit. */
export type Panel = Builder<dashboard.Panel>;

type About = {
  readonly title: string;
  /** What it shows, and what to make of it. */
  readonly about: string;
  /** Grafana's id of a unit: s, ops, percentunit, bytes, short. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width?: number;
};

/** Every query is of the jobs and instances chosen at the top. */
export const chosen = 'job=~"$job", instance=~"$instance"';
/** Of one metric, with more labels where needed: `of('parley_sends_total', 'outcome="stored"')`. */
export const of = (metric: string, labels = '') => `${metric}{${[chosen, labels].filter(Boolean).join(', ')}}`;
export const rate = (metric: string, labels = '') => `rate(${of(metric, labels)}[$__rate_interval])`;
export const quantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, sum by (le) (${rate(`${metric}_bucket`)}))`;

export const datasource: common.DataSourceRef = { type: 'prometheus', uid: '$datasource' };
const HEIGHT = 8;

const query = (expr: string, legend: string, refId = 'A') =>
  new DataqueryBuilder().datasource(datasource).expr(expr).legendFormat(legend).refId(refId);

/** Steps of colour from a value on; the first holds below all others. */
export type Steps = readonly [color: string, from?: number][];
const stepsOf = (steps: Steps) =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([color, value]) => ({ color, value: value ?? null }) as dashboard.Threshold));

type Lines = About & {
  /** By legend; `{{label}}` names a label's value. */
  readonly queries: Readonly<Record<string, string>>;
  readonly stacked?: boolean;
  /** Dots of single messages, each a link to its trace. */
  readonly exemplars?: boolean;
  /** A line for the target. */
  readonly target?: number;
  readonly max?: number;
};

export function lines({ title, about, unit, width = 12, queries, stacked, exemplars, target, max }: Lines): Panel {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(datasource)
    .unit(unit)
    .min(0)
    .span(width)
    .height(HEIGHT)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (max !== undefined) panel.max(max);
  if (stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (target !== undefined) {
    panel
      .thresholds(stepsOf([['transparent'], ['red', target]]))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  }
  for (const [i, [legend, expr]] of Object.entries(queries).entries()) {
    const target = query(expr, legend, String.fromCharCode(65 + i));
    panel.withTarget(exemplars ? target.exemplar(true) : target);
  }
  return panel;
}

type Number_ = About & { readonly expr: string; readonly steps?: Steps; readonly decimals?: number };

/** One number now, with its course behind it. */
export function number({ title, about, unit, width = 6, expr, steps, decimals }: Number_): Panel {
  const panel = new stat.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(datasource)
    .unit(unit)
    .span(width)
    .height(HEIGHT / 2)
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(steps ? common.BigValueColorMode.Value : common.BigValueColorMode.None)
    .thresholds(stepsOf(steps ?? [['text']]))
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(query(expr, title));
  return decimals === undefined ? panel : panel.decimals(decimals);
}

type Spread = About & { readonly metric: string };

/** Where all of a histogram lies over time, not only its quantiles: two humps are two causes. */
export function spread({ title, about, unit, width = 24, metric }: Spread): Panel {
  return new heatmap.PanelBuilder()
    .title(title)
    .description(about)
    .datasource(datasource)
    .span(width)
    .height(HEIGHT)
    .calculate(false)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Blues')
        .steps(64)
        .reverse(false),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().unit(unit).axisPlacement(common.AxisPlacement.Left))
    .tooltip(new heatmap.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true))
    .withTarget(
      query(`sum by (le) (increase(${of(`${metric}_bucket`)}[$__rate_interval]))`, '{{le}}')
        .format(PromQueryFormat.Heatmap)
        .exemplar(true),
    );
}
