import { badInput, ChatError, notFound } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import type { ConversationReader } from './conversation-reader.ts';
import { type InboxRow, readInbox, readInboxOf } from './delivery-queries.ts';
import { accessNow, checkPosition, type FollowParts, patiently, takeAll } from './follow-conversation.ts';
import { createInboxTurns, type Place } from './inbox-turns.ts';
import type { InboxWatch } from './inbox-watch.ts';
import { createLingering } from './lingering.ts';
import { createSignal, endable } from './signal.ts';
import type { ConversationUpdate, InboxUpdate } from './updates.ts';

/**
 * A subscription to all conversations of a participant: their offline queue first, then live. The queue is virtual:
 * everything after a watermark, read from the log. Backlogs come conversation by conversation, urgent and then unread ones
 * first; between their pages, whatever is live already is passed on.
 *
 * Closed conversations without a backlog are not followed: an agent has thousands of them. One that closes is let go a while
 * after its last event. When something happens in one after all, or the participant joins another, the inbox watch tells.
 */
export type InboxParts = FollowParts & { inboxWatch: InboxWatch };
export type InboxPositions = ReadonlyMap<string, number>;

export async function followInbox(
  parts: InboxParts,
  viewer: Viewer,
  positions: InboxPositions | undefined,
): Promise<AsyncIterableIterator<InboxUpdate, void, void>> {
  const { db, hub, inboxWatch, measure, config } = parts;
  const signal = createSignal();
  /** All that are followed; together they may keep no more in memory than one alone. */
  const readers = new Map<string, ConversationReader>();
  const budget = { free: config.FOLLOW_BUFFER_MAX };
  /** Readers with something to give that are past their backlog. */
  const lively = new Set<ConversationReader>();
  /** Where this device stands in conversations that are not followed (any more). */
  const reached = new Map<string, number>(positions);
  /** By what they are about: notes that are followed. */
  const notes = new Map<string, string>();
  const turns = createInboxTurns({ attach, onReady: signal.raise });
  const closed = createLingering({ lingerMs: config.INBOX_CLOSED_LINGER_MS, onDue: signal.raise });
  signal.onEnd(closed.stop);

  // First the watch, then the list: a conversation joined in between is told by the watch.
  const told = new Set<string>();
  signal.onEnd(
    inboxWatch.watch(viewer.id, (conversationId) => {
      if (readers.has(conversationId) || turns.has(conversationId)) return;
      told.add(conversationId);
      signal.raise();
    }),
  );
  let isListed = false;
  try {
    const rows = await readInbox(db, viewer.id);
    checkPositions(rows, positions);
    for (const row of rows) list(row, positions ? (positions.get(row.conversationId) ?? 0) : row.deliveredSeq);
    isListed = true;
  } finally {
    if (!isListed) signal.end();
  }

  function list(row: InboxRow, position: number): void {
    const { conversationId, headSeq, closed: isClosed, closedForMs, notesOfId, rank } = row;
    // What was closed a moment ago still gets receipts: a device that comes back is to see them as one that stayed does.
    if (isClosed && position >= headSeq && (closedForMs ?? 0) >= config.INBOX_CLOSED_LINGER_MS) {
      reached.set(conversationId, position);
      return;
    }
    turns.add({ conversationId, position, rank });
    if (notesOfId !== null) notes.set(notesOfId, conversationId);
    if (isClosed) closed.mark(conversationId);
  }

  async function listTold(): Promise<void> {
    const ids = [...told].filter((id) => !readers.has(id) && !turns.has(id));
    told.clear();
    if (ids.length === 0) return;
    const rows = await patiently(signal, () => readInboxOf(db, viewer.id, ids));
    for (const row of rows ?? []) list(row, reached.get(row.conversationId) ?? 0);
  }

  async function attach({ conversationId, position }: Place): Promise<ConversationReader | undefined> {
    const authorize = async () => {
      const { isMember, conversation } = await accessNow(parts, viewer, conversationId);
      if (!isMember) throw notFound('conversation');
      return conversation;
    };
    try {
      const reader = await patiently(signal, async () => {
        const { rechecks } = hub;
        const conversation = await authorize();
        const { headSeq } = conversation;
        return hub.attach(conversationId, {
          // A position in what was not the viewer's then says nothing about it now.
          position: position <= headSeq ? position : 0,
          headSeq,
          rechecks,
          budget,
          viewerId: viewer.id,
          authorize,
          onFallBehind: () => measure.of(viewer).resynced(conversation),
          onReady() {
            const attached = readers.get(conversationId);
            if (attached && !turns.has(conversationId)) lively.add(attached);
            signal.raise();
          },
        });
      });
      if (!reader) return undefined;
      readers.set(conversationId, reader);
      // Ended meanwhile: what onEnd lets go of was listed before this one.
      if (signal.ended) forget(reader);
      return reader;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      reached.set(conversationId, position);
      return undefined;
    }
  }

  function forget(reader: ConversationReader): void {
    const { conversationId } = reader;
    reached.set(conversationId, reader.position);
    hub.detach(reader);
    readers.delete(conversationId);
    lively.delete(reader);
    turns.done(conversationId);
    closed.unmark(conversationId);
  }
  signal.onEnd(() => {
    for (const reader of readers.values()) forget(reader);
  });

  /** Those that were closed and silent for a while, and have been given whole. */
  async function letGo(): Promise<void> {
    const due = closed.takeDue();
    if (due.length === 0) return;
    const rows = await patiently(signal, () => readInboxOf(db, viewer.id, due));
    for (const row of rows ?? []) {
      const reader = readers.get(row.conversationId);
      if (!row.closed) continue;
      if (reader?.isLive && !reader.ready && reader.position >= row.headSeq) forget(reader);
      else if (reader || turns.has(row.conversationId)) closed.mark(row.conversationId);
    }
  }

  async function* drain(reader: ConversationReader): AsyncGenerator<InboxUpdate, void, void> {
    const { conversationId } = reader;
    try {
      for await (const update of takeAll(reader, signal, measure.of(viewer))) {
        yield { conversationId, update };
        const aside = notes.get(conversationId);
        if (aside !== undefined && mayClose(update)) closed.mark(aside);
        if (mayClose(update) || (update.type === 'event' && closed.has(conversationId))) closed.mark(conversationId);
      }
    } catch (error) {
      // The viewer left: this conversation goes quiet, the inbox stays.
      if (!isNotFound(error)) throw error;
      forget(reader);
    }
  }

  /** One batch of each, so that a busy conversation does not hold up the others or the backlog. */
  async function* drainLively(): AsyncGenerator<InboxUpdate, void, void> {
    for (const reader of [...lively]) {
      lively.delete(reader);
      yield* drain(reader);
      if (readers.has(reader.conversationId) && reader.ready) lively.add(reader);
    }
  }

  async function* readAll(): AsyncGenerator<InboxUpdate, void, void> {
    try {
      while (!signal.ended) {
        await listTold();
        await letGo();
        const reader = turns.next();
        if (reader) {
          yield* drain(reader);
          if (reader.isLive) turns.done(reader.conversationId);
          if (reader.isLive && readers.has(reader.conversationId) && reader.ready) lively.add(reader);
          yield* drainLively();
        } else if (lively.size > 0) yield* drainLively();
        else if (told.size === 0) await signal.raised();
      }
    } finally {
      signal.end();
    }
  }

  return endable(readAll(), signal);
}

const mayClose = (update: ConversationUpdate) =>
  update.type === 'event' && update.event.kind === 'CONVERSATION_CHANGED';

const isNotFound = (error: unknown) => error instanceof ChatError && error.code === 'NOT_FOUND';

/** A device may remember conversations that its owner was removed from while it was away: they are passed over. */
function checkPositions(rows: readonly InboxRow[], positions: InboxPositions | undefined): void {
  if (!positions) return;
  for (const { conversationId, headSeq } of rows)
    checkPosition('positions', positions.get(conversationId) ?? 0, headSeq);
}

export function toPositions(given: readonly { conversationId: string; seq: number }[]): InboxPositions {
  const positions = new Map(given.map(({ conversationId, seq }) => [conversationId, seq]));
  if (positions.size !== given.length) throw badInput('positions', 'must name each conversation once.');
  return positions;
}
