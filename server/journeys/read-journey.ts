import type { NoteReading } from '../audit-log/note-reading.ts';
import type { Config } from '../config.ts';
import { type Access, accessConversation } from '../conversations/access-conversation.ts';
import type { Db } from '../db.ts';
import { ChatError, forbidden, notFound } from '../errors.ts';
import type { Message } from '../messages/message.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { Sealing } from '../sealing/sealing.ts';
import type { Journey, Publishing, Recipient } from './journey.ts';
import { findTraced, readMoments, readPublishing, readReaders } from './journey-queries.ts';

/**
 * What has become of one message, from what the database says. States are certain: they come from the outbox and from the
 * watermarks. Times come from journey_moment, which is kept for a while and may have gaps, so each may be missing; never is
 * one made up from what came later.
 */
type Parts = { db: Db; sealing: Sealing; config: Config; noteReading: NoteReading };
type StoredMoments = Awaited<ReturnType<typeof readMoments>>;

const DAY_MS = 86_400_000;

export async function readJourney(parts: Parts, viewer: Viewer, messageId: string): Promise<Journey> {
  const { db, config } = parts;
  const found = await findTraced(parts, messageId);
  const access = found && (await accessConversation(db, viewer, found.conversationId).catch(orNothing));
  if (!access) throw notFound('message');
  if (!isStaff(viewer)) throw forbidden('The journeys of messages are for agents and managers.');
  await parts.noteReading(viewer, found.conversationId, access.isMember);

  const { traceparent, ...message } = found;
  const [moments, publishing, readers] = await Promise.all([
    readMoments(db, message),
    readPublishing(db, message),
    readReaders(db, message.conversationId),
  ]);
  const days = config.JOURNEY_RETENTION_DAYS;
  return {
    message,
    publishing: toPublishing(message, moments, publishing, viewer),
    recipients: readers
      .filter((reader) => concerns(reader, message))
      .map((reader) => toRecipient(reader, message, moments)),
    timesKeptSince: days > 0 ? new Date(Date.now() - days * DAY_MS) : null,
    ...toTrace(traceparent, config.JAEGER_URL),
  };
}

function toPublishing(
  { seq }: Message,
  moments: StoredMoments,
  { waiting, deadLetter, replayedAt, discardedAt }: Awaited<ReturnType<typeof readPublishing>>,
  viewer: Viewer,
): Publishing {
  const [first] = moments.flatMap(({ at, moments: { published = [] } }) =>
    published
      .filter(([published]) => published === seq)
      .map(([, agoMs, swept = 0, failures = 0, lastError = null]) => ({
        at: before(at, agoMs),
        swept: swept === 1,
        failures,
        lastError,
      })),
  );
  const state = waiting ? 'WAITING' : deadLetter ? 'DEAD_LETTER' : discardedAt && !first ? 'DISCARDED' : 'PUBLISHED';
  const lastError = waiting?.lastError ?? deadLetter?.lastError ?? first?.lastError ?? null;
  return {
    state,
    publishedAt: first?.at ?? null,
    swept: first?.swept ?? false,
    failedAttempts: waiting?.attempts ?? deadLetter?.attempts ?? first?.failures ?? 0,
    // It may name machines: for those who run them.
    lastError: viewer.role === 'MANAGER' ? lastError : null,
    nextAttemptAt: waiting?.availableAt ?? null,
    setAsideAt: deadLetter?.failedAt ?? null,
    replayedAt,
  };
}

type Reader = Awaited<ReturnType<typeof readReaders>>[number];

/** Whoever wrote it is no recipient, nor is who had left before and never got it. */
function concerns({ participantId, deliveredSeq, leftAt }: Reader, { senderId, seq, createdAt }: Message): boolean {
  return participantId !== senderId && (deliveredSeq >= seq || leftAt === null || leftAt > createdAt);
}

function toRecipient(
  { ids, participantId, deliveredSeq, readSeq, leftAt }: Reader,
  { seq }: Message,
  moments: StoredMoments,
): Recipient {
  const received = moments.flatMap(({ at, moments: { received = [] } }) =>
    received.filter(([by]) => ids.has(by)).map(([, agoMs, ...rises]) => ({ at: before(at, agoMs), rises })),
  );
  const covers = (from: number, to: number) => from < seq && seq <= to;
  return {
    participantId,
    status: readSeq >= seq ? 'READ' : deliveredSeq >= seq ? 'DELIVERED' : 'SENT',
    leftAt,
    deliveredAt: received.find(({ rises: [from, to] }) => covers(from, to))?.at ?? null,
    readAt: received.find(({ rises: [, , from, to] }) => covers(from, to))?.at ?? null,
  };
}

const before = (at: Date, ms: number) => new Date(at.getTime() - ms);

/** The last digit of the flags is odd: it was recorded, so a link leads somewhere. */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]([0-9a-f])$/;

function toTrace(traceparent: string | null, jaegerUrl: string | undefined) {
  const [, traceId = null, flags = '0'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const recorded = Number.parseInt(flags, 16) % 2 === 1;
  const traceUrl = traceId && recorded && jaegerUrl ? `${jaegerUrl.replace(/\/$/, '')}/trace/${traceId}` : null;
  return { traceId, traceUrl };
}

function orNothing(error: unknown): Access | undefined {
  if (!(error instanceof ChatError && error.code === 'NOT_FOUND')) throw error;
  return undefined;
}
