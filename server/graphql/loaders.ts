import DataLoader from 'dataloader';
import { type Conversation, conversationFields, type Member } from '../conversations/conversation.ts';
import { countUnread } from '../conversations/conversation-queries.ts';
import type { Participant, Viewer } from '../participants/participant.ts';
import { readOnline } from '../presence/presence-queries.ts';
import { openSurveys, type Survey, surveyFields } from '../surveys/survey.ts';
import type { App } from './app-parts.ts';

/** One read for all that a request asks of one kind, however many objects ask. */
export type Loaders = ReturnType<typeof createLoaders>;

export function createLoaders({ db, participants, sealing }: App, viewer: Viewer) {
  return {
    participant: new DataLoader<string, Participant | undefined>((ids) => participants.load(ids)),
    online: new DataLoader<string, boolean>(async (ids) => {
      const online = await readOnline(db, ids);
      return ids.map((id) => online.has(id));
    }),
    lastSeenAt: new DataLoader<string, Date | null>(async (ids) => {
      const rows = await db.participant.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, lastSeenAt: true },
      });
      const byId = new Map(rows.map((row) => [row.id, row.lastSeenAt]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    conversation: new DataLoader<string, Conversation | undefined>(async (ids) => {
      const rows = await db.conversation.findMany({ where: { id: { in: [...ids] } }, select: conversationFields });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    }),
    /** By the conversation that they are about. */
    notes: new DataLoader<string, Conversation | null>(async (ids) => {
      const rows = await db.conversation.findMany({
        where: { notesOfId: { in: [...ids] } },
        select: conversationFields,
      });
      const byConversation = new Map(rows.map((row) => [row.notesOfId, row]));
      return ids.map((id) => byConversation.get(id) ?? null);
    }),
    activity: new DataLoader<string, Date | undefined>(async (ids) => {
      const rows = await db.conversationActivity.findMany({ where: { conversationId: { in: [...ids] } } });
      const byConversation = new Map(rows.map(({ conversationId, at }) => [conversationId, at]));
      return ids.map((id) => byConversation.get(id));
    }),
    /** In the order of joining. */
    members: new DataLoader<string, Member[]>(async (ids) => {
      const rows = await db.member.findMany({
        where: { conversationId: { in: [...ids] } },
        orderBy: [{ joinedAt: 'asc' }, { participantId: 'asc' }],
      });
      const byConversation = Map.groupBy(rows, (row) => row.conversationId);
      return ids.map((id) => byConversation.get(id) ?? []);
    }),
    unread: new DataLoader<string, number>(async (ids) => {
      const counts = await countUnread(db, viewer.id, ids);
      return ids.map((id) => counts.get(id) ?? 0);
    }),
    survey: new DataLoader<string, Survey | null>(async (ids) => {
      const stored = await db.survey.findMany({ where: { conversationId: { in: [...ids] } }, select: surveyFields });
      const rows = await openSurveys(sealing, stored);
      const byConversation = new Map(rows.map((row) => [row.conversationId, row]));
      return ids.map((id) => byConversation.get(id) ?? null);
    }),
  };
}
