/* What the overview subscribes to; judge-kpis.test.ts holds it against the schema. */

export interface Percentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

export interface KpiOverview {
  readonly at: string;
  readonly since: string;
  readonly messagesTotal: number;
  readonly messagesInWindow: number;
  readonly messagesByMinute: readonly { readonly minute: string; readonly count: number }[];
  readonly sentToCommit: Percentiles | null;
  readonly acceptedToCommit: Percentiles | null;
  readonly commitToDelivered: Percentiles | null;
  readonly latencyByMinute: readonly {
    readonly minute: string;
    readonly p50Ms: number | null;
    readonly p95Ms: number | null;
  }[];
  readonly openConversations: number;
  readonly waitingConversations: number;
  readonly closedConversations: number;
  readonly participantsOnline: number;
  readonly outboxDepth: number;
  readonly outboxOldestAgeMs: number | null;
  readonly deadLetters: number;
  readonly storedRatio: number | null;
  readonly deliveredRatio: number | null;
  readonly consistencyRatio: number | null;
  readonly uptimeRatio: number | null;
  readonly errorRatio: number | null;
  readonly csat: {
    readonly ratio: number;
    readonly answers: number;
    readonly ninetyFivePercentLow: number;
    readonly ninetyFivePercentHigh: number;
  } | null;
}

export const kpiOverviewSubscription = `subscription KpiOverview($windowMinutes: Int!) {
  kpiOverview(windowMinutes: $windowMinutes) {
    at since messagesTotal messagesInWindow
    messagesByMinute { minute count }
    sentToCommit { p50Ms p95Ms p99Ms count }
    acceptedToCommit { p50Ms p95Ms p99Ms count }
    commitToDelivered { p50Ms p95Ms p99Ms count }
    latencyByMinute { minute p50Ms p95Ms }
    openConversations waitingConversations closedConversations participantsOnline
    outboxDepth outboxOldestAgeMs deadLetters
    storedRatio deliveredRatio consistencyRatio uptimeRatio errorRatio
    csat { ratio answers ninetyFivePercentLow ninetyFivePercentHigh }
  }
}`;

/** How far the overview looks back, in minutes. */
export const windows = [
  { minutes: 5, label: '5 min' },
  { minutes: 15, label: '15 min' },
  { minutes: 60, label: '1 h' },
  { minutes: 180, label: '3 h' },
] as const;

export const defaultWindowMinutes = 15;
