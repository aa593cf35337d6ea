import type { Resolvers } from '../generated/graphql.ts';
import { checkId, checkOptionalId, checkOptionalText, checkText } from '../input.ts';
import { pageOfMessages } from '../messages/list-messages.ts';
import { isStaff } from '../participants/participant.ts';
import { accessConversation, isPresent } from './access-conversation.ts';
import { addParticipant } from './add-participant.ts';
import { assignConversation } from './assign-conversation.ts';
import { closeConversation } from './close-conversation.ts';
import { pageOfConversations } from './list-conversations.ts';
import { moveConversation } from './move-conversation.ts';
import { openNotes } from './open-notes.ts';
import { removeParticipant } from './remove-participant.ts';
import { reopenConversation } from './reopen-conversation.ts';
import { startConversation } from './start-conversation.ts';

/** A line, as it stands in a list. */
const TITLE = { max: 200 };
/** More than anybody types. */
const SEARCH = { max: 100 };
/** As long as tokens' `sub` may be. */
const EXTERNAL_ID = { min: 1, max: 200 };

export const conversationResolvers: Resolvers = {
  Query: {
    conversation: async (_root, { id }, { app, viewer }) => {
      const { conversation, isMember } = await accessConversation(app.db, viewer, checkId('id', id));
      await app.noteReading(viewer, conversation.id, isMember);
      return conversation;
    },
    conversations: (_root, { filter, first, after }, { app, viewer }) => {
      const { status, priority, mine, assigneeId, participantId, topic, queue, search, since, until } = filter ?? {};
      return pageOfConversations(
        app,
        viewer,
        {
          status: status ?? [],
          priority: priority ?? [],
          mine: mine ?? false,
          assigneeId: checkOptionalId('assigneeId', assigneeId),
          participantId: checkOptionalId('participantId', participantId),
          topic: checkOptionalText('topic', topic, TITLE),
          queue: checkOptionalText('queue', queue, TITLE),
          search: checkOptionalText('search', search, SEARCH),
          since: since ?? undefined,
          until: until ?? undefined,
        },
        { first, after },
      );
    },
  },
  Mutation: {
    startConversation: async (_root, { input }, { app, viewer }) => ({
      conversation: await startConversation(app, viewer, {
        id: checkOptionalId('id', input.id),
        subject: checkOptionalText('subject', input.subject, TITLE),
        topic: checkOptionalText('topic', input.topic, TITLE),
        queue: checkOptionalText('queue', input.queue, TITLE),
        priority: input.priority ?? 'NORMAL',
      }),
    }),
    assignConversation: async (_root, { input }, { app, viewer }) => ({
      conversation: await assignConversation(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        agentId: checkOptionalId('agentId', input.agentId),
      }),
    }),
    moveConversation: async (_root, { input }, { app, viewer }) => ({
      conversation: await moveConversation(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        queue: checkOptionalText('queue', input.queue, TITLE),
      }),
    }),
    addParticipant: async (_root, { input }, { app, viewer }) => ({
      conversation: await addParticipant(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        externalId: checkText('externalId', input.externalId, EXTERNAL_ID),
      }),
    }),
    removeParticipant: async (_root, { input }, { app, viewer }) => ({
      conversation: await removeParticipant(app, viewer, {
        conversationId: checkId('conversationId', input.conversationId),
        participantId: checkOptionalId('participantId', input.participantId),
      }),
    }),
    closeConversation: async (_root, { input }, { app, viewer }) => ({
      conversation: await closeConversation(app, viewer, checkId('conversationId', input.conversationId)),
    }),
    reopenConversation: async (_root, { input }, { app, viewer }) => ({
      conversation: await reopenConversation(app, viewer, checkId('conversationId', input.conversationId)),
    }),
    openNotes: async (_root, { input }, { app, viewer }) => ({
      notes: await openNotes(app, viewer, checkId('conversationId', input.conversationId)),
    }),
  },
  Conversation: {
    assignee: async ({ assigneeId }, _args, { loaders }) =>
      assigneeId === null ? null : ((await loaders.participant.load(assigneeId)) ?? null),
    activeAt: async ({ id, createdAt, activityAt }, _args, { loaders }) =>
      activityAt ?? (await loaders.activity.load(id)) ?? createdAt,
    members: ({ id }, _args, { loaders }) => loaders.members.load(id),
    unreadCount: ({ id }, _args, { loaders }) => loaders.unread.load(id),
    messages: async ({ id }, page, { app, viewer, loaders }) => {
      // In a list nobody came through the door of this one.
      if (isStaff(viewer)) await app.noteReading(viewer, id, isPresent(await loaders.members.load(id), viewer));
      return pageOfMessages(app, id, page);
    },
    notes: ({ id }, _args, { viewer, loaders }) => (isStaff(viewer) ? loaders.notes.load(id) : null),
    notesOf: async ({ notesOfId }, _args, { viewer, loaders }) =>
      isStaff(viewer) && notesOfId !== null ? ((await loaders.conversation.load(notesOfId)) ?? null) : null,
    survey: ({ id }, _args, { loaders }) => loaders.survey.load(id),
  },
  ConversationMember: {
    participant: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
  },
};
