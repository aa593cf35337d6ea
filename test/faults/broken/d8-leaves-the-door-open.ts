import type { accessConversation as access } from '../../../server/conversations/access-conversation.ts';
import { readAccess } from '../../../server/conversations/conversation-queries.ts';
import { notFound } from '../../../server/errors.ts';
import { standInFor } from './stand-in.ts';

standInFor('conversations/access-conversation.ts', import.meta.url);

export * from '../../../server/conversations/access-conversation.ts';

/** Whoever knows an id gets in. */
export const accessConversation: typeof access = async (db, viewer, id) => {
  const found = await readAccess(db, viewer.id, id);
  if (!found) throw notFound('conversation');
  const { isMember, ...conversation } = found;
  return { conversation, isMember };
};
