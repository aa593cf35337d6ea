import type { NoteReading } from '../audit-log/note-reading.ts';
import type { Config } from '../config.ts';
import { type Access, accessConversation } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { badInput, isDatabaseAway } from '../errors.ts';
import type { Viewer } from '../participants/participant.ts';
import type { ParticipantDirectory } from '../participants/participant-directory.ts';
import type { Measure, Measured } from '../telemetry/measure.ts';
import type { ConversationReader } from './conversation-reader.ts';
import type { FollowerHub } from './follower-hub.ts';
import { createSignal, endable, type Signal } from './signal.ts';
import type { ConversationUpdate } from './updates.ts';

/**
 * The path of a message: send-message → append-event → relay-outbox → bus → [follow-conversation] → acknowledge.
 *
 * A subscription to one conversation: every durable event after a position, once, in order, without a hole (D4). Its parts:
 * conversation-follower (one per conversation: order out of the bus's hints), conversation-reader (one per subscriber:
 * backlog, then live), follower-hub (who follows what; the head sweep). A crash here loses nothing: the client resumes
 * from the last seq it has.
 */
export type FollowParts = {
  db: Db;
  hub: FollowerHub;
  participants: ParticipantDirectory;
  measure: Measure;
  noteReading: NoteReading;
  config: Config;
};

export async function followConversation(
  parts: FollowParts,
  viewer: Viewer,
  conversationId: string,
  afterSeq: number | undefined,
): Promise<AsyncIterableIterator<ConversationUpdate, void, void>> {
  const { db, hub, measure, noteReading, config } = parts;
  const { rechecks } = hub;
  const { conversation, isMember } = await accessConversation(db, viewer, conversationId);
  await noteReading(viewer, conversationId, isMember);
  const signal = createSignal();
  const reader = await hub.attach(conversationId, {
    position: checkPosition('afterSeq', afterSeq ?? conversation.headSeq, conversation.headSeq),
    headSeq: conversation.headSeq,
    rechecks,
    budget: { free: config.FOLLOW_BUFFER_MAX },
    viewerId: viewer.id,
    authorize: () => accessNow(parts, viewer, conversationId),
    onFallBehind: () => measure.of(viewer).resynced(conversation),
    onReady: signal.raise,
  });
  // Not left to the generator's finally: one that is ended before its first step never gets there.
  signal.onEnd(() => hub.detach(reader));
  return endable(readAll(reader, signal, measure.of(viewer)), signal);
}

async function* readAll(
  reader: ConversationReader,
  signal: Signal,
  measure: Measured,
): AsyncGenerator<ConversationUpdate, void, void> {
  try {
    while (!signal.ended) {
      if (!reader.ready) await signal.raised();
      else for await (const update of takeAll(reader, signal, measure)) yield update;
    }
  } finally {
    signal.end();
  }
}

/** What the reader has now. A live message counts as delivered when more is asked for: then it is with the socket. */
export async function* takeAll(
  reader: ConversationReader,
  signal: Signal,
  measure: Measured,
): AsyncGenerator<ConversationUpdate, void, void> {
  const live = reader.isLive;
  for (const update of (await patiently(signal, () => reader.take())) ?? []) {
    if (reader.inDoubt) await patiently(signal, () => reader.settleDoubt());
    yield update;
    if (live && update.type === 'event' && update.event.kind === 'MESSAGE_POSTED') measure.delivered(update.event);
  }
}

/** With the role of now: a subscription may outlive the one it began with. */
export async function accessNow({ db, participants }: FollowParts, viewer: Viewer, id: string): Promise<Access> {
  const [current = viewer] = await participants.load([viewer.id]);
  return accessConversation(db, current, id);
}

export function checkPosition(field: string, seq: number, headSeq: number): number {
  if (seq < 0) throw badInput(field, 'must be 0 or more.');
  if (seq > headSeq)
    throw badInput(
      field,
      `is above the head of the conversation (${headSeq}). Start again from 0 if the position is not known.`,
    );
  return seq;
}

/** How long a subscriber whose backlog cannot be read waits before it is tried again. */
const RETRY_MS = 500;

/** PostgreSQL being away is no reason to end a subscription: it goes on where it was when it is back. */
export async function patiently<T>(signal: Signal, work: () => Promise<T>): Promise<T | undefined> {
  while (!signal.ended) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      await signal.after(RETRY_MS);
    }
  }
  return undefined;
}
