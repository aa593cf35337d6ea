import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db.ts';
import { conflict, isWorthRepeating } from '../errors.ts';
import type { Priority } from '../generated/prisma/enums.ts';
import type { Bus } from '../outbox/bus.ts';
import { isStaff, type Viewer } from '../participants/participant.ts';
import type { RateLimits } from '../rate-limit/rate-limits.ts';
import { accessConversation } from './access-conversation.ts';
import { type Conversation, conversationFields } from './conversation.ts';

export type NewConversation = {
  readonly id: string | undefined;
  readonly subject: string | null;
  readonly topic: string | null;
  readonly priority: Priority;
};

/** Idempotent by id, as far as its starter is concerned. Emits no event: its log begins with the first thing that happens in it. */
export async function startConversation(
  { db, bus, limits }: { db: Db; bus: Bus; limits: RateLimits },
  viewer: Viewer,
  input: NewConversation,
): Promise<Conversation> {
  const { id = uuidv7(), subject, topic, priority } = input;
  const responsible = isStaff(viewer)
    ? ({ status: 'OPEN', assigneeId: viewer.id } as const)
    : ({ status: 'WAITING' } as const);
  const known = await findStarted(db, viewer, id);
  if (known) return known;
  if (!isStaff(viewer)) limits.spend('starts_per_customer', viewer.id);
  if (await isTakenElsewhere(db, id)) throw taken();
  try {
    const conversation = await db.conversation.create({
      data: {
        id,
        subject,
        topic,
        priority,
        starterId: viewer.id,
        ...responsible,
        activity: { create: { at: new Date() } },
        members: { create: { participantId: viewer.id } },
      },
      select: conversationFields,
    });
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
async function isTakenElsewhere(db: Db, id: string): Promise<boolean> {
  const [messages, participants] = await Promise.all([
    db.message.count({ where: { id } }),
    db.participant.count({ where: { id } }),
  ]);
  return messages + participants > 0;
}

const taken = () => conflict('This id is taken. Make a new UUID for each conversation.');
