import { exemplarOf } from './exemplars.ts';

/**
 * Prometheus's text format as OpenMetrics 1.0, which alone carries exemplars: counters are described without `_total`, units
 * are spelled out, and the end is marked. (https://prometheus.io/docs/specs/om/open_metrics_spec/)
 */
export const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export function toOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\w+)_total counter$/gm)].map(([, name]) => name));
  const lines = text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [, kind, name, rest] = /^# (HELP|TYPE|UNIT) (\w+) ?(.*)$/.exec(line) ?? [];
      if (!kind || !name) return withExemplar(line);
      // A unit must be the name's last word; OpenTelemetry's abbreviations are none.
      if (kind === 'UNIT') return name.endsWith('_seconds') ? `# UNIT ${name} seconds` : [];
      const base = name.replace(/_total$/, '');
      return `# ${kind} ${counters.has(base) ? base : name} ${rest}`;
    });
  return `${lines.join('\n')}\n# EOF\n`;
}

function withExemplar(line: string): string {
  const [, name, bound] = /^(\w+)_bucket\{le="([^"]+)"\}/.exec(line) ?? [];
  const exemplar = name && bound ? exemplarOf(name, bound) : undefined;
  if (!exemplar) return line;
  const { traceId, value, at } = exemplar;
  return `${line} # {trace_id="${traceId}"} ${value} ${at / 1000}`;
}
