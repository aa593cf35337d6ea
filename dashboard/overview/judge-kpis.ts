import { count, duration, durationText, type Figure, percent } from './format.ts';
import type { KpiOverview } from './kpi-overview.ts';

/** "No data" is a verdict of its own: it is neither 0 nor good. */
export type Verdict = 'met' | 'missed' | 'no data';

export interface Kpi {
  readonly key: string;
  readonly label: string;
  /** What exactly is measured; shown on hover and focus. */
  readonly definition: string;
  readonly figure: Figure | null;
  /** A second line with what stands behind the figure. */
  readonly detail: string;
  /** Null for figures that are neither good nor bad. */
  readonly target: { readonly text: string; readonly verdict: Verdict } | null;
}

const verdict = (value: number | null | undefined, good: (value: number) => boolean): Verdict =>
  value === null || value === undefined ? 'no data' : good(value) ? 'met' : 'missed';

/** The figures that Parley is held to. */
export function promisedKpis(o: KpiOverview): Kpi[] {
  return [
    {
      key: 'latency',
      label: 'Send to stored',
      definition:
        'Time from the sender’s clock at the attempt until the message is committed in PostgreSQL; the 95th percentile over the window. Clocks that are more than an hour off are left out.',
      figure: o.sentToCommit && duration(o.sentToCommit.p95Ms),
      detail: o.sentToCommit
        ? `p50 ${durationText(o.sentToCommit.p50Ms)} · p99 ${durationText(o.sentToCommit.p99Ms)}`
        : 'No timed message in this window',
      target: { text: 'p95 under 100 ms', verdict: verdict(o.sentToCommit?.p95Ms, (ms) => ms < 100) },
    },
    {
      key: 'stored',
      label: 'Stored',
      definition:
        'Messages stored ÷ send attempts that were neither the caller’s fault nor a repetition, over the window.',
      figure: o.storedRatio === null ? null : percent(o.storedRatio, 3, 'down'),
      detail:
        o.storedRatio === null ? 'No send in this window' : `${count(o.messagesInWindow)} messages in this window`,
      target: { text: 'over 99.99 %', verdict: verdict(o.storedRatio, (ratio) => ratio > 0.9999) },
    },
    {
      key: 'errors',
      label: 'Errors',
      definition: 'GraphQL operations that failed by the server’s fault ÷ all operations, over the window.',
      figure: o.errorRatio === null ? null : percent(o.errorRatio, 3, 'up'),
      detail: o.errorRatio === null ? 'No operation in this window' : 'of all operations',
      target: { text: 'under 0.1 %', verdict: verdict(o.errorRatio, (ratio) => ratio < 0.001) },
    },
    {
      key: 'csat',
      label: 'Customer satisfaction',
      definition:
        'Ratings of 4 and 5 ÷ all ratings, over all surveys. The range is the Wilson interval: where the true share lies with 95 % confidence.',
      figure: o.csat && percent(o.csat.ratio, 1, 'down'),
      detail: o.csat
        ? `${count(o.csat.answers)} ${o.csat.answers === 1 ? 'answer' : 'answers'} · ${percent(o.csat.ninetyFivePercentLow, 0, 'down').value}–${percent(o.csat.ninetyFivePercentHigh, 0, 'up').value} %`
        : 'No answer yet',
      target: { text: 'over 90 %', verdict: verdict(o.csat?.ratio, (ratio) => ratio > 0.9) },
    },
  ];
}

/** How things stand at this moment. */
export function presentKpis(o: KpiOverview): Kpi[] {
  const plain = (n: number, unit = ''): Figure => ({ value: count(n), unit });
  return [
    {
      key: 'messages',
      label: 'Messages',
      definition: 'Messages posted in the window; below, all since the installation, deleted ones included.',
      figure: plain(o.messagesInWindow),
      detail: `${count(o.messagesTotal)} in all`,
      target: null,
    },
    {
      key: 'conversations',
      label: 'Open conversations',
      definition: 'Conversations with an agent; below, those that still wait for one.',
      figure: plain(o.openConversations),
      detail: `${count(o.waitingConversations)} waiting · ${count(o.closedConversations)} closed`,
      target: null,
    },
    {
      key: 'online',
      label: 'Online',
      definition: 'Participants with an open socket, on all processes together.',
      figure: plain(o.participantsOnline),
      detail: o.participantsOnline === 1 ? 'participant' : 'participants',
      target: null,
    },
    {
      key: 'outbox',
      label: 'Outbox',
      definition:
        'Committed events that are not known to be published yet. Small numbers come and go; an old one means that a relay is stuck.',
      figure: plain(o.outboxDepth),
      detail: o.outboxOldestAgeMs === null ? 'nothing waits' : `oldest waits ${durationText(o.outboxOldestAgeMs)}`,
      target: null,
    },
    {
      key: 'deadLetters',
      label: 'Dead letters',
      definition:
        'Events that could not be published after the last attempt. They are stored, and their readers got them from the database; each waits for a replay.',
      figure: plain(o.deadLetters),
      detail: '',
      target: { text: 'none', verdict: o.deadLetters === 0 ? 'met' : 'missed' },
    },
  ];
}
