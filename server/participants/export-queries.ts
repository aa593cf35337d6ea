import type { Db } from '../db.ts';
import type { Moments } from '../journeys/journey.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { surveyFields } from '../surveys/survey.ts';
import type { Participant } from './participant.ts';

/** One page of each kind; the export never holds more. */
const CONVERSATIONS = 100;
const MESSAGES = 500;
const SESSIONS = 500;
const MOMENTS = 500;

export const readProfile = (db: Db, id: string) =>
  db.participant.findUniqueOrThrow({
    where: { id },
    select: { id: true, externalId: true, name: true, role: true, createdAt: true, lastSeenAt: true, deletedAt: true },
  });

/** Also those from when they were a visitor. */
export async function* readSessions(db: Db, id: string) {
  const visits = await db.claimedVisit.findMany({ where: { participantId: id }, select: { visitorId: true } });
  const participantId = { in: [id, ...visits.map(({ visitorId }) => visitorId)] };
  for (let after: string | undefined; ; ) {
    const page = await db.session.findMany({
      where: { participantId, ...(after ? { id: { gt: after } } : {}) },
      select: {
        id: true,
        device: true,
        platform: true,
        locale: true,
        timeZone: true,
        location: true,
        startedAt: true,
        lastSeenAt: true,
        expiresAt: true,
        endedAt: true,
      },
      orderBy: { id: 'asc' },
      take: SESSIONS,
    });
    yield* page;
    if (page.length < SESSIONS) return;
    after = page.at(-1)!.id;
  }
}

/** Every conversation that they are or were in, with the others who are in it now. Internal notes are never a customer's. */
export async function* readMemberships(db: Db, { id: participantId, role }: Pick<Participant, 'id' | 'role'>) {
  const conversation = role === 'CUSTOMER' ? { notesOfId: null } : {};
  for (let after: string | undefined; ; ) {
    const page = await db.member.findMany({
      where: { participantId, conversation, ...(after ? { conversationId: { gt: after } } : {}) },
      select: {
        conversationId: true,
        joinedAt: true,
        leftAt: true,
        deliveredSeq: true,
        readSeq: true,
        conversation: {
          select: {
            subject: true,
            topic: true,
            queue: true,
            status: true,
            priority: true,
            createdAt: true,
            closedAt: true,
            starterId: true,
            survey: {
              select: {
                conversationId: true,
                participantId: true,
                rating: true,
                comment: true,
                keyId: true,
                nps: true,
                submittedAt: true,
                changedAt: true,
                answers: surveyFields.answers,
              },
            },
            members: {
              select: { leftAt: true, participant: { select: { id: true, name: true, role: true } } },
              orderBy: { joinedAt: 'asc' },
            },
          },
        },
      },
      orderBy: { conversationId: 'asc' },
      take: CONVERSATIONS,
    });
    yield* page;
    if (page.length < CONVERSATIONS) return;
    after = page.at(-1)!.conversationId;
  }
}

/** By seq; all of them, or one sender's. */
export async function* readAllMessages(
  { db, sealing }: { db: Db; sealing: Sealing },
  conversationId: string,
  senderId: string | undefined,
) {
  for (let after = 0; ; ) {
    const page = await db.message.findMany({
      where: { conversationId, senderId, seq: { gt: after } },
      select: {
        id: true,
        seq: true,
        senderId: true,
        body: true,
        keyId: true,
        version: true,
        sentAt: true,
        createdAt: true,
        editedAt: true,
        deletedAt: true,
      },
      orderBy: { seq: 'asc' },
      take: MESSAGES,
    });
    const opened = await sealing.openAll(
      page,
      ({ id, body }) => ({ place: id, text: body }),
      (row, body) => ({ ...row, body }),
    );
    for (const { keyId: _, ...message } of opened) yield message;
    if (page.length < MESSAGES) return;
    after = page.at(-1)!.seq;
  }
}

/** When they received and read, as far as it is kept; also as the visitors that they were. */
export async function* readReceipts(db: Db, conversationId: string, participantId: string) {
  const visits = await db.claimedVisit.findMany({ where: { participantId }, select: { visitorId: true } });
  const ids = new Set([participantId, ...visits.map(({ visitorId }) => visitorId)]);
  type Place = { conversationId: string; at: Date; processId: string };
  for (let after: Place | undefined; ; ) {
    const page: (Place & { moments: unknown })[] = await db.journeyMoment.findMany({
      where: { conversationId },
      select: { conversationId: true, at: true, processId: true, moments: true },
      orderBy: [{ at: 'asc' }, { processId: 'asc' }],
      take: MOMENTS,
      ...(after ? { cursor: { conversationId_at_processId: toPlace(after) }, skip: 1 } : {}),
    });
    for (const { at, moments } of page)
      for (const [by, agoMs, , deliveredSeq, , readSeq] of (moments as Moments).received ?? [])
        if (ids.has(by)) yield { at: new Date(at.getTime() - agoMs), deliveredSeq, readSeq };
    if (page.length < MOMENTS) return;
    after = page.at(-1)!;
  }
}

const toPlace = ({ conversationId, at, processId }: { conversationId: string; at: Date; processId: string }) => ({
  conversationId,
  at,
  processId,
});

export type Membership = typeof readMemberships extends (...args: never[]) => AsyncGenerator<infer One> ? One : never;
