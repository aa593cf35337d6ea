import type { ConversationState, Message } from './fold.ts';
import type { ParleyError } from './parley-error.ts';
import { type ChangeEntry, isChange, type QueueEntry, type SendEntry, toError } from './queue-entry.ts';

/** A message of this device that the conversation's stream has not shown yet. */
export interface OutgoingMessage {
  readonly id: string;
  /** Null: it has no place in the conversation yet. Tells it apart from a confirmed message. */
  readonly seq: null;
  readonly body: string;
  /** pending: waiting or on its way. sent: stored by the server. failed: refused for good, see `failure`. */
  readonly status: 'pending' | 'sent' | 'failed';
  readonly failure: ParleyError | null;
  readonly createdAt: string;
  readonly change: PendingChange | null;
}

/** What this device has done to a message and the server has not confirmed. A pending one is shown as if it were done. */
export interface PendingChange {
  readonly kind: 'edit' | 'delete';
  /** failed: the message is shown as the server has it; `retry()` tries again, `discard()` forgets it. */
  readonly status: 'pending' | 'failed';
  /** What an edit makes of it. */
  readonly body: string | null;
  readonly failure: ParleyError | null;
}

export interface ConfirmedMessage extends Message {
  readonly change: PendingChange | null;
}

export type ShownMessage = ConfirmedMessage | OutgoingMessage;

export interface ConversationView {
  /** loading: nothing known yet. live: up to date. resuming: from the cache, away, or catching up. ended: see `error`. */
  readonly phase: 'loading' | 'live' | 'resuming' | 'ended';
  /** Null while loading; until a conversation that was started offline exists, too. */
  readonly state: ConversationState | null;
  /** Confirmed messages by seq, then those of this device that wait, are on their way, or failed. Edits show at once. */
  readonly messages: readonly ShownMessage[];
  /** Why it ended. */
  readonly error: ParleyError | null;
  /** What the last return brought: how many messages of others, and when it was complete (ms since 1970). */
  readonly catchUp: { readonly messages: number; readonly at: number } | null;
}

/** Confirmed messages by seq, with what was done to them here; then what waits, in the order of the queue. */
export function shownMessages(
  state: ConversationState | null,
  entries: readonly QueueEntry[],
): readonly ShownMessage[] {
  const changes = new Map<string, ChangeEntry>();
  for (const entry of entries) {
    // The last one counts: it is done on top of the others.
    if (isChange(entry)) changes.set(entry.messageId, entry);
  }
  const outgoing = entries.filter((entry): entry is SendEntry => entry.kind === 'send' && !isShown(state, entry));
  return [
    ...(state?.messages ?? []).map((message) => confirmed(message, changes.get(message.id))),
    ...outgoing.map((entry) => waiting(entry, changes.get(entry.id))),
  ];
}

/** At or below the head the conversation itself shows it. */
const isShown = (state: ConversationState | null, { seq }: SendEntry) =>
  state !== null && seq !== null && seq <= state.headSeq;

const plain = new WeakMap<Message, ConfirmedMessage>();

/** The same object for the same message, so that a screen need not draw it again. */
function confirmed(message: Message, entry: ChangeEntry | undefined): ConfirmedMessage {
  if (!entry) {
    const known = plain.get(message) ?? { ...message, change: null };
    plain.set(message, known);
    return known;
  }
  const change = changeOf(entry);
  if (change.status === 'failed') return { ...message, change };
  if (entry.kind === 'edit') return { ...message, body: message.deletedAt ? null : entry.body, change };
  return { ...message, body: null, deletedAt: message.deletedAt ?? entry.createdAt, change };
}

const sends = new WeakMap<SendEntry, OutgoingMessage>();

function waiting(entry: SendEntry, changed: ChangeEntry | undefined): OutgoingMessage {
  const known = sends.get(entry);
  if (known && !changed) return known;
  const { id, body, status, failure, createdAt } = entry;
  const message: OutgoingMessage = {
    id,
    seq: null,
    body: changed?.kind === 'edit' ? changed.body : body,
    status,
    failure: failure && toError(failure),
    createdAt,
    change: changed ? changeOf(changed) : null,
  };
  if (!changed) sends.set(entry, message);
  return message;
}

function changeOf(entry: ChangeEntry): PendingChange {
  return {
    kind: entry.kind,
    status: entry.status === 'failed' ? 'failed' : 'pending',
    body: entry.kind === 'edit' ? entry.body : null,
    failure: entry.failure && toError(entry.failure),
  };
}
