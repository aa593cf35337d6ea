import { isCanary } from '../canary-participants.ts';
import type { Metrics } from './metrics.ts';

/** What the KPIs keep in PostgreSQL; see server/kpis/kpi-recorder.ts. */
type KpiSink = {
  latency(
    metric: 'sent_to_commit' | 'accepted_to_commit' | 'commit_to_delivered' | 'waited' | 'responded' | 'resolved',
    ms: number,
  ): void;
  count(metric: string, n?: number): void;
};

/** Which messages took longest; see server/kpis/slow-messages.ts. */
type SlowSink = {
  note(messageId: string, took: { sentToStoredMs: number | null; acceptedToStoredMs: number }): void;
};

type Parts = { metrics: Metrics; kpis: KpiSink; slowMessages: SlowSink };

/** A message as it was handed to a subscriber's socket. */
type Delivered = { readonly at: Date; readonly publishedAt?: number; readonly traceparent: string | null };

export type SendOutcome = 'stored' | 'duplicate' | 'refused' | 'failed';
export type Measure = ReturnType<typeof createMeasure>;
/** What somebody's doings are told to. */
export type Measured = ReturnType<typeof measureTraffic>;

/** A sender's clock further off than this says nothing about latency. */
const MAX_CLOCK_OFFSET_MS = 3_600_000;
export const isPlausible = (sinceSentMs: number) => sinceSentMs >= 0 && sinceSentMs <= MAX_CLOCK_OFFSET_MS;

/** What is measured on a message's path, told once and kept twice: in the live metrics and in the KPIs' tables. */
export function createMeasure(parts: Parts) {
  const { metrics, kpis } = parts;
  const people = measureTraffic(parts);
  return {
    /** Whose doing it is; undefined: nobody's, before who asks is known. The canary's counts for the canary alone. */
    of: (who: { readonly id: string } | undefined): Measured => (who && isCanary(who) ? unmeasured : people),
    sendGroup: (size: number) => metrics.sendGroupSize(size),
    /** Conversations that the continuous audit has looked at. */
    audited(passed: number, failed: number) {
      for (const [outcome, n] of [
        ['passed', passed],
        ['failed', failed],
      ] as const) {
        if (n === 0) continue;
        metrics.audited({ outcome }, n);
        kpis.count(`audit_${outcome}`, n);
      }
    },
    canary(outcome: 'ok' | 'failed', ms: number) {
      metrics.canaryRuns({ outcome });
      metrics.canaryDuration(ms, { outcome });
      kpis.count(`canary_${outcome}`);
    },
  };
}

const unmeasured: Measured = {
  send() {},
  sendStored() {},
  delivered() {},
  resynced() {},
  operation() {},
  conversation() {},
  waited() {},
  responded() {},
  closed() {},
};

function measureTraffic({ metrics, kpis, slowMessages }: Parts) {
  const send = (outcome: SendOutcome) => {
    metrics.sends({ outcome });
    kpis.count(`sends_${outcome}`);
  };
  return {
    send,
    sendStored(messageId: string, acceptedToCommitMs: number, sentAt: Date | null, committedAt: Date) {
      send('stored');
      metrics.acceptedToCommit(acceptedToCommitMs);
      kpis.latency('accepted_to_commit', acceptedToCommitMs);
      const sentToCommitMs = sentAt ? committedAt.getTime() - sentAt.getTime() : Number.NaN;
      const isKnown = isPlausible(sentToCommitMs);
      slowMessages.note(messageId, {
        sentToStoredMs: isKnown ? sentToCommitMs : null,
        acceptedToStoredMs: acceptedToCommitMs,
      });
      if (isKnown) {
        metrics.sentToCommit(sentToCommitMs);
        kpis.latency('sent_to_commit', sentToCommitMs);
      }
    },
    delivered({ at, publishedAt, traceparent }: Delivered) {
      const now = Date.now();
      const ms = Math.max(0, now - at.getTime());
      metrics.commitToDelivered(ms, traceparent);
      if (publishedAt !== undefined) metrics.publishedToDelivered(Math.max(0, now - publishedAt), traceparent);
      kpis.latency('commit_to_delivered', ms);
    },
    /** A subscription fell behind and is served from PostgreSQL again. Internal notes do not count. */
    resynced({ notesOfId }: { readonly notesOfId: string | null }) {
      if (notesOfId === null) kpis.count('resyncs');
    },
    conversation: (what: 'started' | 'reopened' | 'abandoned') => kpis.count(`conversations_${what}`),
    /** From the start of a conversation to its first agent. */
    waited: (ms: number) => kpis.latency('waited', ms),
    /** From the start of a conversation to its first answer. */
    responded: (ms: number) => kpis.latency('responded', ms),
    closed({ ms, messages }: { ms: number; messages: number }) {
      kpis.latency('resolved', ms);
      kpis.count('conversations_closed');
      kpis.count('closed_messages', messages);
    },
    operation(
      attributes: {
        type: string;
        /** The root field asked for: a name of the schema's, never one that a client made up. */
        field: string;
        transport: 'http' | 'socket';
        outcome: 'ok' | 'refused' | 'failed';
      },
      ms: number,
    ) {
      const { outcome, ...where } = attributes;
      metrics.operations(attributes);
      metrics.operationDuration(ms, where);
      kpis.count('operations');
      if (outcome === 'failed') kpis.count('operations_failed');
    },
  };
}
