import { accessConversation } from '../conversations/access-conversation.ts';
import { notFound } from '../errors.ts';
import type { Resolvers } from '../generated/graphql.ts';
import { checkId } from '../input.ts';
import { messageFields, openMessages } from '../messages/message.ts';
import { isStaff, type Participant, participantFields } from '../participants/participant.ts';
import type { Context } from './context.ts';

type AnyNode = { __typename: 'Participant' | 'Conversation' | 'Message' };

/** Ids are unique over all types, so each is looked for in turn; what is found must still be the viewer's to see (D8). */
export const nodeResolvers: Resolvers = {
  Query: {
    node: async (_root, args, context) => {
      const id = checkId('id', args.id);
      const node =
        (await conversationNode(context, id)) ??
        (await messageNode(context, id)) ??
        (await participantNode(context, id));
      if (!node) throw notFound('node');
      return node;
    },
  },
  Node: { __resolveType: (node) => (node as unknown as AnyNode).__typename },
};

async function conversationNode({ app, viewer }: Context, id: string) {
  const access = await accessConversation(app.db, viewer, id).catch(orNothing);
  if (!access) return undefined;
  await app.noteReading(viewer, id, access.isMember);
  return { __typename: 'Conversation' as const, ...access.conversation };
}

async function messageNode({ app, viewer }: Context, id: string) {
  const stored = await app.db.message.findUnique({ where: { id }, select: messageFields });
  const access = stored && (await accessConversation(app.db, viewer, stored.conversationId).catch(orNothing));
  if (!access) return undefined;
  await app.noteReading(viewer, access.conversation.id, access.isMember);
  const [message] = await openMessages(app.sealing, [stored]);
  return { __typename: 'Message' as const, ...message! };
}

/** Customers see those who are or were in a conversation with them. */
async function participantNode({ app, viewer }: Context, id: string) {
  const together = {
    some: { conversation: { notesOfId: null, members: { some: { participantId: viewer.id, leftAt: null } } } },
  };
  const visible = isStaff(viewer) || viewer.id === id ? {} : { memberships: together };
  const participant: Participant | null = await app.db.participant.findFirst({
    where: { id, ...visible },
    select: participantFields,
  });
  return participant && { __typename: 'Participant' as const, ...participant };
}

function orNothing(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'NOT_FOUND') throw error;
  return undefined;
}
