import type { Actor } from '../harness/actor.ts';
import type { Ask } from './over-both-transports.ts';

/** What is looked at of a conversation that was changed. */
const conversation = `conversation {
  id subject topic queue status priority headSeq unreadCount createdAt closedAt assignee { id }
  members { participant { id } deliveredSeq readSeq joinedAt leftAt }
}`;
const mutation = (name: string, input: string) =>
  `mutation Change($input: ${input}!) { ${name}(input: $input) { ${conversation} } }`;
const changing = (name: string, inputType: string) => async (ask: Ask, actor: Actor, input: Record<string, unknown>) =>
  (await ask(actor, mutation(name, inputType), { input }))[name].conversation;

export const start = changing('startConversation', 'StartConversationInput');
export const assign = changing('assignConversation', 'AssignConversationInput');
export const move = changing('moveConversation', 'MoveConversationInput');
export const add = changing('addParticipant', 'AddParticipantInput');
export const remove = changing('removeParticipant', 'RemoveParticipantInput');
export const close = changing('closeConversation', 'CloseConversationInput');
export const reopen = changing('reopenConversation', 'ReopenConversationInput');

export const read = async (ask: Ask, actor: Actor, id: string) =>
  (await ask(actor, `query ($id: ID!) { conversation(id: $id) ${conversation.slice(12)} }`, { id })).conversation;
