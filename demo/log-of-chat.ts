import { createHmac, type KeyObject } from 'node:crypto';
import type { Random } from '../bench/replay/seeded-random.ts';
import type { Prisma } from '../server/generated/prisma/client.ts';
import { queueOf } from './dialogues.ts';
import { npsFor } from './nps.ts';
import type { Chat } from './simulate-desk.ts';
import { logNormal } from './spread.ts';

/** One chat as the tables have it. */
export type ChatRows = {
  readonly conversation: Prisma.ConversationCreateManyInput & { id: string };
  readonly activity: Prisma.ConversationActivityCreateManyInput;
  readonly members: readonly Prisma.MemberCreateManyInput[];
  readonly messages: readonly Prisma.MessageCreateManyInput[];
  readonly events: readonly Prisma.ConversationEventCreateManyInput[];
  readonly surveys: readonly Prisma.SurveyCreateManyInput[];
};

/** A time-ordered UUID (version 7) that a seed decides. */
export function uuidAt(random: Random, at: number): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
  const time = Math.floor(at).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
}

/**
 * The log of a chat, its seqs as the server would have given them: a claim is two events, joined and changed. Everybody has
 * read everything but what an agent has not come to yet.
 */
export function logOfChat(random: Random, chat: Chat, customerId: string, fingerprintKey: KeyObject): ChatRows {
  const { agent, startedAt, steps, survey } = chat;
  const id = uuidAt(random, startedAt);
  const messages: Prisma.MessageCreateManyInput[] = [];
  const events: Prisma.ConversationEventCreateManyInput[] = [];
  let seq = 0;
  let [readByAgent, joinedAt, closedAt] = [0, startedAt, null as number | null];
  const append = (
    at: number,
    actorId: string,
    what: Pick<Prisma.ConversationEventCreateManyInput, 'kind' | 'change' | 'participantId'>,
  ) => events.push({ conversationId: id, seq: ++seq, at: new Date(at), actorId, ...what });

  for (const step of steps) {
    const at = Math.floor(step.at);
    const agentId = agent?.id ?? customerId;
    if (step.kind === 'said') {
      const fingerprint = new Uint8Array(createHmac('sha256', fingerprintKey).update(step.text).digest());
      const sentAt = new Date(at - Math.ceil(logNormal(random, 20, 0.4)));
      const senderId = step.from === 'agent' ? agentId : customerId;
      const message = { version: 1, id: uuidAt(random, at), conversationId: id, seq: ++seq, senderId, body: step.text };
      messages.push({ ...message, fingerprint, sentAt, createdAt: new Date(at) });
    } else if (step.kind === 'claimed') {
      joinedAt = at;
      append(at, agentId, { kind: 'PARTICIPANT_JOINED', change: null, participantId: agentId });
      append(at, agentId, { kind: 'CONVERSATION_CHANGED', change: 'ASSIGNED', participantId: agentId });
    } else {
      closedAt = step.kind === 'closed' ? at : null;
      const actorId = step.kind === 'closed' && step.by === 'customer' ? customerId : agentId;
      const change = step.kind === 'closed' ? 'CLOSED' : 'REOPENED';
      append(at, actorId, { kind: 'CONVERSATION_CHANGED', change, participantId: null });
    }
    if (step.kind !== 'said' || step.from === 'agent') readByAgent = seq;
  }

  const lastAt = Math.floor(steps.at(-1)?.at ?? startedAt);
  const status = closedAt !== null ? 'CLOSED' : agent ? 'OPEN' : 'WAITING';
  const member = (participantId: string, read: number, at: number) => ({
    conversationId: id,
    participantId,
    deliveredSeq: seq,
    readSeq: read,
    joinedAt: new Date(at),
  });
  return {
    conversation: {
      id,
      subject: chat.subject,
      topic: chat.topic,
      queue: queueOf(chat.topic),
      priority: chat.isUrgent ? 'URGENT' : 'NORMAL',
      status,
      headSeq: seq,
      starterId: customerId,
      assigneeId: agent?.id ?? null,
      createdAt: new Date(startedAt),
      closedAt: closedAt === null ? null : new Date(closedAt),
    },
    activity: { conversationId: id, at: new Date(lastAt) },
    members: [member(customerId, seq, startedAt), ...(agent ? [member(agent.id, readByAgent, joinedAt)] : [])],
    messages,
    events,
    surveys: survey
      ? [
          {
            id: uuidAt(random, survey.at),
            conversationId: id,
            participantId: customerId,
            rating: survey.rating,
            comment: survey.comment,
            nps: npsFor(survey.rating, Math.floor(survey.at)),
            submittedAt: new Date(survey.at),
            changedAt: new Date(survey.at),
          },
        ]
      : [],
  };
}
