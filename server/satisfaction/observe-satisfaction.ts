import { metrics as otel } from '@opentelemetry/api';
import type { Db } from '../db.ts';
import { readKpis } from '../kpis/set-target.ts';
import type { Log } from '../telemetry/log.ts';
import { type Observed, observed } from '../telemetry/metrics.ts';
import { within } from '../within.ts';
import { scoreAnswers } from './score-answers.ts';

/** Scrapers give up after ten seconds; whatever is slower than this is as good as away. */
const PATIENCE_MS = 2_000;
const DAY_MS = 86_400_000;

/**
 * How satisfied customers were in the last 24 hours, for the alert: asked when somebody scrapes, in the tables, so that all
 * processes say the same and a restart forgets nothing. Without an answer the shares are absent: "no data" is not 0.
 */
export function observeSatisfaction(db: Db, log: Log): void {
  const meter = otel.getMeter('parley');
  const gauge = (what: Observed) => meter.createObservableGauge(observed[what][0], { description: observed[what][1] });
  const [answers, ratio, high, target] = [
    gauge('csatAnswers'),
    gauge('csatRatio'),
    gauge('csatHigh'),
    gauge('csatTarget'),
  ];
  meter.addBatchObservableCallback(
    async (result) => {
      const state = await within(PATIENCE_MS, readState(db)).catch((err) => {
        log.debug({ err }, 'PostgreSQL does not answer the scrape');
      });
      if (!state) return;
      result.observe(answers, state.answers);
      if (state.ratio !== null) result.observe(ratio, state.ratio);
      if (state.interval) result.observe(high, state.interval.high);
      if (state.target !== null) result.observe(target, state.target);
    },
    [answers, ratio, high, target],
  );
}

async function readState(db: Db) {
  const counts = await db.survey.groupBy({
    by: ['rating'],
    where: { submittedAt: { gt: new Date(Date.now() - DAY_MS) } },
    _count: true,
  });
  const [csat] = await readKpis(db, ['CSAT']);
  const score = scoreAnswers(counts.map(({ rating, _count }) => ({ rating, nps: null, n: _count })));
  return { ...score, target: csat?.target?.value ?? null };
}
