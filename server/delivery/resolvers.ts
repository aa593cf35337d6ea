import { type GraphQLResolveInfo, Kind } from 'graphql';
import { MAX_PAGE } from '../connection.ts';
import { accessConversation, isPresent } from '../conversations/access-conversation.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { badInput } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import { checkId } from '../input.ts';
import { isStaff } from '../participants/participant.ts';
import { followConversation } from './follow-conversation.ts';
import { followInbox, toPositions } from './follow-inbox.ts';
import { readHistory } from './read-history.ts';
import { type ConversationUpdate, type DurableUpdate, graphqlTypeOf, type InboxUpdate } from './updates.ts';

/** A device that knows more conversations than this does better without positions. */
const MAX_POSITIONS = 10_000;

const durableEvent = {
  conversationId: ({ event }: DurableUpdate) => event.conversationId,
  seq: ({ event }: DurableUpdate) => event.seq,
  at: ({ event }: DurableUpdate) => event.at,
  actor: async ({ event }: DurableUpdate, _args: unknown, { loaders }: Context) =>
    event.actorId === null ? null : ((await loaders.participant.load(event.actorId)) ?? null),
};

const messageEvent = {
  ...durableEvent,
  message: ({ event, watermarks }: DurableUpdate) => ({ ...event.message!, watermarks }),
};

const membershipEvent = {
  ...durableEvent,
  participant: async ({ event }: DurableUpdate, _args: unknown, { loaders }: Context) =>
    (await loaders.participant.load(event.participantId!))!,
};

export const deliveryResolvers: Resolvers = {
  Subscription: {
    conversationUpdates: {
      subscribe: (_root, { conversationId, afterSeq }, { app, viewer }) =>
        followConversation(app, viewer, checkId('conversationId', conversationId), afterSeq ?? undefined),
      resolve: (update: ConversationUpdate) => update,
    },
    inboxUpdates: {
      subscribe: (_root, { positions }, { app, viewer }) => {
        if (positions && positions.length > MAX_POSITIONS)
          throw badInput('positions', `must have at most ${MAX_POSITIONS} entries.`);
        const given = positions?.map(({ conversationId, seq }) => ({
          conversationId: checkId('positions', conversationId),
          seq,
        }));
        return followInbox(app, viewer, given && toPositions(given));
      },
      resolve: (update: InboxUpdate) => update,
    },
  },
  Mutation: {
    acknowledge: async (_root, { input }, { app, viewer }) => {
      const { deliveredSeq, readSeq } = input;
      if (typeof deliveredSeq !== 'number' && typeof readSeq !== 'number')
        throw badInput('deliveredSeq', 'or readSeq must be given.');
      const conversationId = checkId('conversationId', input.conversationId);
      return {
        member: await app.acknowledge(viewer, {
          conversationId,
          deliveredSeq: deliveredSeq ?? 0,
          readSeq: readSeq ?? 0,
        }),
      };
    },
  },
  Conversation: {
    history: async ({ id }, { last, beforeSeq }, { app, viewer, loaders }) => {
      // In a list nobody came through the door of this one.
      if (isStaff(viewer)) await app.noteReading(viewer, id, isPresent(await loaders.members.load(id), viewer));
      return readHistory(app, id, { last: last ?? MAX_PAGE, beforeSeq });
    },
  },
  ConversationUpdate: { __resolveType: graphqlTypeOf },
  ConversationEvent: { __resolveType: (update: ConversationUpdate) => graphqlTypeOf(update) as 'MessagePosted' },
  MessagePosted: messageEvent,
  MessageEdited: messageEvent,
  MessageDeleted: messageEvent,
  ParticipantJoined: membershipEvent,
  ParticipantLeft: membershipEvent,
  ParticipantDeleted: membershipEvent,
  ParticipantIdentified: { ...membershipEvent, formerId: ({ event }) => event.formerId! },
  ConversationChanged: {
    ...durableEvent,
    conversation: ({ event }, _args, context) => stillTheirs(context, event.conversationId),
    // What an older process has put on the bus does not have it.
    change: ({ event }) => event.change ?? null,
    assignedTo: async ({ event }, _args, { loaders }) =>
      event.participantId === null ? null : ((await loaders.participant.load(event.participantId)) ?? null),
  },
  ReceiptAdvanced: {
    participant: async ({ participantId }, _args, { loaders }) => (await loaders.participant.load(participantId))!,
  },
  InboxUpdate: {
    // Most clients ask only which conversation it is: nothing is read for that on the live path.
    conversation: ({ conversationId }, _args, context, info) =>
      asksOnlyForId(info) ? ({ id: conversationId } as Conversation) : stillTheirs(context, conversationId),
  },
};

/** Through the door once more: a slow socket may take an event long after its reader was removed (D8). */
async function stillTheirs({ app, viewer }: Context, conversationId: string): Promise<Conversation> {
  return (await accessConversation(app.db, viewer, conversationId)).conversation;
}

function asksOnlyForId({ fieldNodes }: GraphQLResolveInfo): boolean {
  const selections = fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return selections.every(
    ({ kind, ...node }) => kind === Kind.FIELD && 'name' in node && ['id', '__typename'].includes(node.name.value),
  );
}
