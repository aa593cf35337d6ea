import type { ConfirmedMessage, ConversationState, Member, ShownMessage } from '../../client/index.ts';
import type { HistoryEvent } from './history.ts';

/** One line of a conversation as it is read: a message, or what happened between messages. */
export type Entry =
  | { readonly kind: 'message'; readonly key: string; readonly message: ConfirmedMessage }
  | { readonly kind: 'event'; readonly key: string; readonly at: string; readonly text: string };

/**
 * Messages and events in their one order, the seq. Events below the oldest message that is here wait until their messages are
 * loaded as well: else they would stand together without what happened in between.
 */
export function toEntries(
  messages: readonly ShownMessage[],
  history: readonly HistoryEvent[],
  fromSeq: number,
): Entry[] {
  const confirmed = messages.filter((message): message is ConfirmedMessage => message.seq !== null);
  const placed = [
    ...confirmed.map((message) => ({
      seq: message.seq,
      entry: { kind: 'message', key: message.id, message } as Entry,
    })),
    ...history
      .filter(({ seq }) => seq >= fromSeq)
      .map((event) => ({
        seq: event.seq,
        entry: { kind: 'event', key: `event-${event.seq}`, at: event.at, text: eventText(event) } as Entry,
      })),
  ];
  return placed.sort((a, b) => a.seq - b.seq).map(({ entry }) => entry);
}

/** What happened, in words. What an event of long ago does not say is not guessed. */
export function eventText({ __typename, actor, participant, change, assignedTo }: HistoryEvent): string {
  const who = participant?.name ?? 'Somebody';
  const itself = actor !== null && actor.id === participant?.id;
  const by = actor && !itself ? ` by ${actor.name}` : '';
  switch (__typename) {
    case 'ParticipantJoined':
      return itself ? `${who} joined` : `${who} was added${by}`;
    case 'ParticipantLeft':
      return itself ? `${who} left` : `${who} was removed${by}`;
    case 'ParticipantDeleted':
      return `A participant was deleted${by}; what they wrote is gone`;
    case 'ParticipantIdentified':
      return `The visitor turned out to be ${who}`;
    case 'ConversationChanged':
      return changeText();
  }

  function changeText(): string {
    const doer = actor ? ` by ${actor.name}` : '';
    if (change === 'ASSIGNED' && assignedTo)
      return assignedTo.id === actor?.id ? `${assignedTo.name} took it` : `Assigned to ${assignedTo.name}${doer}`;
    if (change === 'UNASSIGNED') return 'It waits for an agent again';
    if (change === 'CLOSED') return `Closed${doer}`;
    if (change === 'REOPENED') return `Opened again${doer}`;
    if (change === 'MOVED') return `Put into another queue${doer}`;
    return `Status, assignee or subject changed${doer}`;
  }
}

export interface Receipts {
  readonly read: readonly string[];
  readonly delivered: readonly string[];
  readonly missing: readonly string[];
}

/** Whom a message has reached, member by member. Who has left without it is not waited for. */
export function receiptsOf(
  { seq, sender }: ConfirmedMessage,
  { members }: Pick<ConversationState, 'members'>,
): Receipts {
  const others = members.filter(({ id }) => id !== sender.id);
  const names = (which: (member: Member) => boolean) => others.filter(which).map(({ name }) => name);
  return {
    read: names(({ readSeq }) => readSeq >= seq),
    delivered: names(({ readSeq, deliveredSeq }) => readSeq < seq && deliveredSeq >= seq),
    missing: names(({ deliveredSeq, present }) => deliveredSeq < seq && present),
  };
}
