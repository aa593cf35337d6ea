import { badInput, ChatError, isDatabaseAway, notFound } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import type { ConversationReader } from './conversation-reader.ts';
import { type InboxRow, readInbox } from './delivery-queries.ts';
import { accessNow, checkPosition, type FollowParts, RETRY_MS, takeAll } from './follow-conversation.ts';
import type { InboxWatch } from './inbox-watch.ts';
import { createSignal, endable } from './signal.ts';
import type { InboxUpdate } from './updates.ts';

/**
 * A subscription to all conversations of a participant: their offline queue first, then live. The queue is virtual:
 * everything after a watermark, read from the log. Backlogs come conversation by conversation, urgent and unread ones
 * first; between their pages, whatever is live already is passed on.
 *
 * Closed conversations without a backlog are not followed: an agent has thousands of them. When something happens in one
 * after all, or the participant joins another, the inbox watch tells.
 */
export type InboxParts = FollowParts & { inboxWatch: InboxWatch };
export type InboxPositions = ReadonlyMap<string, number>;

export async function followInbox(
  parts: InboxParts,
  viewer: Viewer,
  positions: InboxPositions | undefined,
): Promise<AsyncIterableIterator<InboxUpdate, void, void>> {
  const { hub, inboxWatch, measure } = parts;
  const signal = createSignal();
  const readers = new Map<string, ConversationReader>();
  /** Conversations to attach, in the order in which they are served. */
  const waiting = new Map<string, number>();
  /** Readers with something to give that are past their backlog. */
  const lively = new Set<ConversationReader>();

  // First the watch, then the list: a conversation joined in between is told by the watch.
  const told = new Set<string>();
  signal.onEnd(
    inboxWatch.watch(viewer.id, (conversationId) => {
      told.add(conversationId);
      signal.raise();
    }),
  );
  const known = await readKnown(parts, viewer, positions).catch((error: unknown) => {
    signal.end();
    throw error;
  });
  for (const row of known.values()) {
    const position = startOf(row, positions);
    if (!row.closed || position < row.headSeq) waiting.set(row.conversationId, position);
  }

  async function attach(conversationId: string, position: number): Promise<ConversationReader | undefined> {
    const authorize = async () => {
      const { isMember, conversation } = await accessNow(parts, viewer, conversationId);
      if (!isMember) throw notFound('conversation');
      return conversation;
    };
    try {
      const { rechecks } = hub;
      const { headSeq } = await authorize();
      const reader = await hub.attach(conversationId, {
        // A position in what was not the viewer's then says nothing about it now.
        position: position <= headSeq ? position : 0,
        headSeq,
        rechecks,
        viewerId: viewer.id,
        authorize,
        onReady: () => {
          const attached = readers.get(conversationId);
          if (attached) lively.add(attached);
          signal.raise();
        },
      });
      readers.set(conversationId, reader);
      // Ended meanwhile: what onEnd lets go of was listed before this one.
      if (signal.ended) forget(reader);
      return reader;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isDatabaseAway(error)) throw error;
      waiting.set(conversationId, position);
      await signal.after(RETRY_MS);
      return undefined;
    }
  }

  function forget(reader: ConversationReader) {
    hub.detach(reader);
    readers.delete(reader.conversationId);
    lively.delete(reader);
  }
  signal.onEnd(() => {
    for (const reader of readers.values()) forget(reader);
  });

  async function* drain(reader: ConversationReader): AsyncGenerator<InboxUpdate, void, void> {
    const { conversationId } = reader;
    try {
      for await (const update of takeAll(reader, signal, measure)) yield { conversationId, update };
    } catch (error) {
      // The viewer left: this conversation goes quiet, the inbox stays.
      if (!isNotFound(error)) throw error;
      known.set(conversationId, { conversationId, closed: true, deliveredSeq: 0, headSeq: reader.position });
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
        for (const conversationId of told) {
          told.delete(conversationId);
          if (readers.has(conversationId) || waiting.has(conversationId)) continue;
          waiting.set(conversationId, known.get(conversationId)?.headSeq ?? positions?.get(conversationId) ?? 0);
        }
        const next = waiting.entries().next().value;
        if (next) {
          waiting.delete(next[0]);
          const reader = await attach(...next);
          while (reader && readers.has(reader.conversationId) && !reader.isLive && !signal.ended) {
            yield* drain(reader);
            yield* drainLively();
          }
          if (reader?.ready) lively.add(reader);
        } else if (lively.size > 0) yield* drainLively();
        else if (told.size === 0) await signal.raised();
      }
    } finally {
      signal.end();
    }
  }

  return endable(readAll(), signal);
}

const isNotFound = (error: unknown) => error instanceof ChatError && error.code === 'NOT_FOUND';

async function readKnown(
  { db }: InboxParts,
  viewer: Viewer,
  positions: InboxPositions | undefined,
): Promise<Map<string, InboxRow>> {
  const known = new Map((await readInbox(db, viewer.id)).map((row) => [row.conversationId, row]));
  for (const [conversationId, seq] of positions ?? []) {
    // A device may remember conversations that its owner was removed from while it was away: they are passed over.
    const row = known.get(conversationId);
    if (row) checkPosition('positions', seq, row.headSeq);
  }
  return known;
}

function startOf(row: InboxRow, positions: InboxPositions | undefined): number {
  return positions ? (positions.get(row.conversationId) ?? 0) : row.deliveredSeq;
}

export function toPositions(given: readonly { conversationId: string; seq: number }[]): InboxPositions {
  const positions = new Map(given.map(({ conversationId, seq }) => [conversationId, seq]));
  if (positions.size !== given.length) throw badInput('positions', 'must name each conversation once.');
  return positions;
}
