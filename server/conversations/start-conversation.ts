import { v7 as uuidv7 } from 'uuid';
import { type Db, inTx, type Tx } from '../db.ts';
import { conflict, isWorthRepeating } from '../errors.ts';
import type { Priority } from '../generated/prisma/enums.ts';
import type { Bus } from '../outbox/bus.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import { accessConversation } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';
import { reserveId } from './conversation-queries.ts';
import type { SupportMeasure } from './measure-support.ts';

export type NewConversation = {
  readonly id: string | undefined;
  readonly subject: string | null;
  readonly topic: string | null;
  readonly queue: string | null;
  readonly priority: Priority;
};

/** Idempotent by id, as far as its starter is concerned. Emits no event: its log begins with the first thing that happens in it. */
export async function startConversation(
  { db, bus, limits, support }: { db: Db; bus: Bus; limits: RateLimits; support: SupportMeasure },
  viewer: Viewer,
  input: NewConversation,
): Promise<Conversation> {
  const { id = uuidv7(), subject, topic, queue, priority } = input;
  const responsible = isStaff(viewer)
    ? ({ status: 'OPEN', assigneeId: viewer.id } as const)
    : ({ status: 'WAITING' } as const);
  const known = await findStarted(db, viewer, id);
  if (known) return known;
  if (!isStaff(viewer)) limits.spend('starts_per_customer', viewer.id);
  const create = (tx: Db | Tx) =>
    tx.conversation.create({
      data: {
        id,
        subject,
        topic,
        queue,
        priority,
        starterId: viewer.id,
        ...responsible,
        activity: { create: { at: new Date() } },
        members: { create: { participantId: viewer.id } },
      },
      select: conversationFields,
    });
  try {
    // Nobody but us knows an id that we have just made.
    const conversation =
      input.id === undefined ? await create(db) : await inTx(db, (tx) => unlessTaken(tx, id, create));
    support.started(viewer);
    // For the starter's other devices; the inbox sweep finds it too.
    bus.publish(`inbox:${viewer.id}`, { type: 'inbox', conversationId: id }).catch(() => {});
    return conversation;
  } catch (error) {
    // A twin of this request was faster.
    const twin = isWorthRepeating(error) ? await findStarted(db, viewer, id) : undefined;
    if (twin) return twin;
    throw error;
  }
}

/** Through the one door: whoever was removed meanwhile does not get back in by repeating the start. */
async function findStarted(db: Db, viewer: Viewer, id: string): Promise<Conversation | undefined> {
  const found = await db.conversation.findUnique({ where: { id }, select: { starterId: true } });
  if (!found) return undefined;
  if (found.starterId !== viewer.id) throw taken();
  return (await accessConversation(db, viewer, id)).conversation;
}

/** Ids are unique over all types, so that node() has one answer; send_messages() looks the same way round. */
async function unlessTaken<T>(tx: Tx, id: string, create: (tx: Tx) => Promise<T>): Promise<T> {
  await reserveId(tx, id);
  if (await tx.message.count({ where: { id } })) throw taken();
  if (await tx.participant.count({ where: { id } })) throw taken();
  return create(tx);
}

const taken = () => conflict('This id is taken. Make a new UUID for each conversation.');
