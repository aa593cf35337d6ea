import type { Db } from '../db.ts';
import { type Message, openMessages } from '../messages/message.ts';
import type { Sealing } from '../sealing/sealing.ts';
import type { Moments } from './journey.ts';

export type MomentRow = {
  readonly conversationId: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly moments: Moments;
};

/**
 * Raw, for the database's clock and its commit: losing a second of this in a crash costs a journey some times, so it need
 * not wait for the disk.
 */
export async function writeMoments(db: Db, processId: string, rows: readonly MomentRow[]): Promise<void> {
  await db.$executeRaw`/* journey_write */
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true), date_trunc('milliseconds', clock_timestamp()) AS at)
    INSERT INTO journey_moment (conversation_id, at, process_id, first_seq, last_seq, moments)
    SELECT i.conversation_id, r.at, ${processId}::uuid, i.first_seq, i.last_seq, i.moments
    FROM relaxed r, unnest(
      ${rows.map((r) => r.conversationId)}::uuid[], ${rows.map((r) => r.firstSeq)}::int[], ${rows.map((r) => r.lastSeq)}::int[],
      ${rows.map((r) => JSON.stringify(r.moments))}::text[]::jsonb[]
    ) AS i(conversation_id, first_seq, last_seq, moments)
    ON CONFLICT DO NOTHING`;
}

/** A message is in few of them: its publish and its receipts. Where it is in more, the oldest tell. */
const MAX_ROWS = 1_000;

export async function readMoments(db: Db, { conversationId, seq, createdAt }: Message) {
  const rows = await db.journeyMoment.findMany({
    where: { conversationId, at: { gte: createdAt }, firstSeq: { lte: seq }, lastSeq: { gte: seq } },
    select: { at: true, moments: true },
    orderBy: { at: 'asc' },
    take: MAX_ROWS,
  });
  return rows.map(({ at, moments }) => ({ at, moments: moments as Moments }));
}

export async function forgetMoments(db: Db, before: Date): Promise<void> {
  await db.journeyMoment.deleteMany({ where: { at: { lt: before } } });
}

export async function findTraced(
  { db, sealing }: { db: Db; sealing: Sealing },
  id: string,
): Promise<(Message & { traceparent: string | null }) | undefined> {
  const stored = await db.message.findUnique({ where: { id }, omit: { fingerprint: true } });
  if (!stored) return undefined;
  const [message] = await openMessages(sealing, [stored]);
  return { ...message!, traceparent: stored.traceparent };
}

/** Where an event stands that is not published, and what managers did about it. */
export async function readPublishing(db: Db, { conversationId, seq }: Message) {
  const where = { conversationId, seq };
  const [waiting, deadLetter, done] = await Promise.all([
    db.outbox.findFirst({ where, select: { attempts: true, lastError: true, availableAt: true } }),
    db.deadLetter.findFirst({ where, select: { attempts: true, lastError: true, failedAt: true } }),
    db.auditEntry.findMany({
      where: {
        conversationId,
        reference: `seq ${seq}`,
        action: { in: ['DEAD_LETTER_REPLAYED', 'DEAD_LETTER_DISCARDED'] },
      },
      select: { action: true, at: true },
      orderBy: { id: 'desc' },
    }),
  ]);
  const lastly = (action: (typeof done)[number]['action']) => done.find((entry) => entry.action === action)?.at ?? null;
  return {
    waiting,
    deadLetter,
    replayedAt: lastly('DEAD_LETTER_REPLAYED'),
    discardedAt: lastly('DEAD_LETTER_DISCARDED'),
  };
}

/** Everybody who has to do with a conversation, and which visitors they were before they were known. */
export async function readReaders(db: Db, conversationId: string) {
  const members = await db.member.findMany({
    where: { conversationId },
    orderBy: [{ joinedAt: 'asc' }, { participantId: 'asc' }],
  });
  const visits = await db.claimedVisit.findMany({
    where: { participantId: { in: members.map(({ participantId }) => participantId) } },
    select: { visitorId: true, participantId: true },
  });
  return members.map((member) => ({
    ...member,
    ids: new Set([
      member.participantId,
      ...visits.filter((v) => v.participantId === member.participantId).map((v) => v.visitorId),
    ]),
  }));
}
