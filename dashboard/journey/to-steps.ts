import type { IconName } from '../shell/icon.tsx';
import type { MessageJourney } from './message-journey.ts';

/** One line of the timeline. */
export interface Step {
  readonly key: string;
  readonly title: string;
  readonly icon: IconName;
  /** done; waiting: has not happened; trouble: somebody should look. */
  readonly state: 'done' | 'waiting' | 'trouble';
  /** Null for what has not happened, and for what has at a time that nobody noted. */
  readonly at: string | null;
  readonly notes: readonly string[];
}

/** Whatever happened, in its order; then what happened nobody knows when; then what has not happened yet. */
export function toSteps(journey: MessageJourney): Step[] {
  const { message } = journey;
  const later = [
    publishing(journey),
    ...replay(journey),
    ...recipients(journey),
    ...change('edited', 'Edited', 'pencil', message.editedAt),
    ...change('deleted', 'Deleted', 'trash', message.deletedAt),
  ];
  const rank = ({ at, state }: Step) => (at !== null ? 0 : state === 'waiting' ? 2 : 1);
  const inOrder = later.sort((a, b) => rank(a) - rank(b) || (a.at && b.at ? Date.parse(a.at) - Date.parse(b.at) : 0));
  return [sent(journey), committed(journey), ...inOrder];
}

const sent = ({ message: { sender, sentAt } }: MessageJourney): Step => ({
  key: 'sent',
  title: `Sent by ${sender.name}`,
  icon: 'send',
  state: 'done',
  at: sentAt,
  notes: [sentAt ? 'By the clock of the sender’s device' : 'The sender’s device told no time'],
});

const committed = ({ message: { createdAt, seq } }: MessageJourney): Step => ({
  key: 'committed',
  title: 'Committed',
  icon: 'check',
  state: 'done',
  at: createdAt,
  notes: [`Number ${seq} in its conversation; from here on it cannot be lost`],
});

function publishing({ publishing: p }: MessageJourney): Step {
  const failures = [
    ...(p.failedAttempts > 0 ? [`${p.failedAttempts} failed ${p.failedAttempts === 1 ? 'attempt' : 'attempts'}`] : []),
    ...(p.lastError ? [`“${p.lastError}”`] : []),
  ];
  const key = 'published';
  switch (p.state) {
    case 'PUBLISHED':
      return {
        key,
        title: 'Published',
        icon: 'checkCircle',
        state: 'done',
        at: p.publishedAt,
        notes: [...(p.swept ? ['By the sweep: it had been left behind'] : []), ...failures, ...unknown(p.publishedAt)],
      };
    case 'WAITING':
      return {
        key,
        title: 'Waits to be published',
        icon: 'clock',
        state: p.failedAttempts > 0 ? 'trouble' : 'waiting',
        at: null,
        notes: ['Subscribers get it from the database meanwhile', ...failures],
      };
    case 'DEAD_LETTER':
      return {
        key,
        title: 'Publishing given up',
        icon: 'alert',
        state: 'trouble',
        at: p.setAsideAt,
        notes: ['A dead letter: a manager may replay or discard it. Subscribers got it from the database', ...failures],
      };
    case 'DISCARDED':
      return {
        key,
        title: 'Publishing given up, and discarded by a manager',
        icon: 'dashCircle',
        state: 'done',
        at: null,
        notes: ['Subscribers got it from the database'],
      };
  }
}

const replay = ({ publishing: { replayedAt } }: MessageJourney): Step[] =>
  replayedAt
    ? [{ key: 'replayed', title: 'Put back by a manager', icon: 'send', state: 'done', at: replayedAt, notes: [] }]
    : [];

function recipients({ recipients: all }: MessageJourney): Step[] {
  return all.flatMap(({ participant: { id, name }, status, deliveredAt, readAt, leftAt }): Step[] => {
    const left = leftAt ? [`${name} has left the conversation`] : [];
    if (status === 'SENT') {
      const title = `Not delivered to ${name} yet`;
      return [{ key: `delivered ${id}`, title, icon: 'clock', state: 'waiting', at: null, notes: left }];
    }
    const delivered: Step = {
      key: `delivered ${id}`,
      title: `Delivered to ${name}`,
      icon: 'checks',
      state: 'done',
      at: deliveredAt,
      notes: [...unknown(deliveredAt), ...left],
    };
    const read: Step =
      status === 'READ'
        ? { ...delivered, key: `read ${id}`, title: `Read by ${name}`, at: readAt, notes: unknown(readAt) }
        : {
            ...delivered,
            key: `read ${id}`,
            title: `Not read by ${name} yet`,
            icon: 'clock',
            state: 'waiting',
            at: null,
            notes: [],
          };
    return [delivered, read];
  });
}

const change = (key: string, title: string, icon: IconName, at: string | null): Step[] =>
  at ? [{ key, title, icon, state: 'done', at, notes: [] }] : [];

const unknown = (at: string | null) => (at ? [] : ['No time is known for it']);
