/**
 * For each bucket of a latency histogram, the trace of the last message that fell into it: the way from a peak in a chart
 * to one message that made it. OpenTelemetry's SDK for Node does not export exemplars yet, so they are kept here and added
 * by openmetrics.ts.
 */
export type Exemplar = { readonly traceId: string; readonly value: number; readonly at: number };

/** By the histogram's name and the bucket's upper bound as the exporter writes it. */
const kept = new Map<string, Map<string, Exemplar>>();

/** The last digit of a traceparent's flags: this trace is recorded, so a link to it leads somewhere. */
const SAMPLED = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f][13579bdf]$/;

export function createExemplars(name: string, boundaries: readonly number[]) {
  const byBucket = new Map<string, Exemplar>();
  kept.set(name, byBucket);
  return {
    keep(value: number, traceparent: string | null): void {
      const traceId = traceparent && SAMPLED.exec(traceparent)?.[1];
      if (!traceId) return;
      const bound = boundaries.find((boundary) => value <= boundary);
      byBucket.set(bound === undefined ? '+Inf' : String(bound), { traceId, value, at: Date.now() });
    },
  };
}

export const exemplarOf = (name: string, bound: string): Exemplar | undefined => kept.get(name)?.get(bound);
