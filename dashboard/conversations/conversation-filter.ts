import { ranges } from '../overview/kpi-series.ts';

/** What the list is narrowed to, in the words of the address. Empty: by nothing. */
export interface ConversationFilter {
  readonly q: string;
  readonly status: string;
  readonly priority: string;
  readonly queue: string;
  readonly topic: string;
  readonly agent: string;
  readonly participant: string;
  readonly range: string;
}

export const noFilter: ConversationFilter = {
  q: '',
  status: '',
  priority: '',
  queue: '',
  topic: '',
  agent: '',
  participant: '',
  range: '',
};

const HOUR_MS = 3_600_000;

/** The same in the words of the API. The range begins with a full hour, so that it is one list for as long as one reads it. */
export function toVariables(filter: ConversationFilter, now: number): Record<string, unknown> {
  const ms = ranges.find(({ key }) => key === filter.range)?.ms;
  return {
    search: filter.q || undefined,
    status: filter.status ? [filter.status] : undefined,
    priority: filter.priority ? [filter.priority] : undefined,
    queue: filter.queue || undefined,
    topic: filter.topic || undefined,
    assigneeId: filter.agent || undefined,
    participantId: filter.participant || undefined,
    since: ms === undefined ? undefined : new Date(Math.floor((now - ms) / HOUR_MS) * HOUR_MS).toISOString(),
  };
}

export const isNarrowed = (filter: ConversationFilter) => Object.values(filter).some((value) => value !== '');
