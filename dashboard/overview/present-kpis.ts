import { count, durationText, type Figure } from './format.ts';
import type { Kpi } from './judge-kpis.ts';
import type { KpiOverview } from './kpi-overview.ts';

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
