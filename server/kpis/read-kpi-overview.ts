import { canary } from '../canary-participants.ts';
import type { Db } from '../db.ts';
import type { KpiOverview } from '../generated/graphql.ts';
import { Histogram } from './histogram.ts';
import type { LatencyMetric } from './kpi-metrics.ts';
import { readBacklog, sumCounters, sumLatencies, sumLatencyByMinute } from './kpi-queries.ts';
import { countMessages } from './message-count.ts';
import { countMinutesUp } from './uptime-queries.ts';
import { wilsonInterval } from './wilson-interval.ts';

/**
 * The key figures of the last minutes. What is under way at this moment is asked of the primary: presence is an unlogged table,
 * which replicas do not have, and an alarm must not come late. One statement after the other, on purpose: sends need the pool's connections more.
 */
export async function readKpiOverview(
  { db, primary }: { db: Db; primary: Db },
  windowMinutes: number,
): Promise<KpiOverview> {
  const { at, since, total, byMinute } = await countMessages(db, windowMinutes);
  const latencies = new Map((await sumLatencies(db, since)).map(({ metric, buckets }) => [metric, buckets]));
  const latencyByMinute = new Map(
    (await sumLatencyByMinute(db, 'accepted_to_commit', since)).map((row) => [row.minute.getTime(), row.buckets]),
  );
  const counted = await sumCounters(db, since);
  const uptime = await countMinutesUp(db, since, at);
  const { participantsOnline, outboxDepth, outboxOldestAgeMs } = await readBacklog(primary);
  const conversations = await db.conversation.groupBy({
    by: ['status'],
    where: { starterId: { not: canary.customer.id }, notesOfId: null },
    _count: true,
  });
  const inStatus = (status: string) => conversations.find((row) => row.status === status)?._count ?? 0;

  const percentiles = (metric: LatencyMetric) => {
    const histogram = new Histogram().add(latencies.get(metric) ?? {});
    const [p50Ms, p90Ms, p95Ms, p99Ms] = [0.5, 0.9, 0.95, 0.99].map((share) => histogram.percentile(share));
    return p50Ms === null
      ? null
      : { p50Ms: p50Ms!, p90Ms: p90Ms!, p95Ms: p95Ms!, p99Ms: p99Ms!, count: histogram.count };
  };

  return {
    at,
    since,
    messagesTotal: total,
    messagesInWindow: byMinute.reduce((sum, { count }) => sum + count, 0),
    messagesByMinute: byMinute,
    sentToCommit: percentiles('sent_to_commit'),
    acceptedToCommit: percentiles('accepted_to_commit'),
    commitToDelivered: percentiles('commit_to_delivered'),
    latencyByMinute: byMinute.map(({ minute }) => {
      const histogram = new Histogram().add(latencyByMinute.get(minute.getTime()) ?? {});
      return { minute, p50Ms: histogram.percentile(0.5), p95Ms: histogram.percentile(0.95) };
    }),
    openConversations: inStatus('OPEN'),
    waitingConversations: inStatus('WAITING'),
    closedConversations: inStatus('CLOSED'),
    participantsOnline,
    outboxDepth,
    outboxOldestAgeMs,
    deadLetters: await primary.deadLetter.count(),
    storedRatio: ratio(counted('sends_stored'), counted('sends_stored') + counted('sends_failed')),
    deliveredRatio: ratio(counted('deliveries_done'), counted('deliveries_due')),
    consistencyRatio: ratio(counted('audit_passed'), counted('audit_passed') + counted('audit_failed')),
    uptimeRatio: ratio(uptime.up, uptime.judged),
    errorRatio: ratio(counted('operations_failed'), counted('operations')),
    csat: await readCsat(db),
  };
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);

async function readCsat(db: Db): Promise<KpiOverview['csat']> {
  const ratings = await db.survey.groupBy({ by: ['rating'], _count: true });
  const answers = ratings.reduce((sum, { _count }) => sum + _count, 0);
  if (answers === 0) return null;
  const satisfied = ratings.reduce((sum, { rating, _count }) => sum + (rating >= 4 ? _count : 0), 0);
  const { low, high } = wilsonInterval(satisfied, answers);
  return { ratio: satisfied / answers, answers, ninetyFivePercentLow: low, ninetyFivePercentHigh: high };
}
