export type { EditConflict, OnEditConflict } from './attempt-entry.ts';
export type { ConnectionOptions, ConnectionState } from './connection.ts';
export type { Conversation } from './conversation.ts';
export { CACHED_CONVERSATIONS, CACHED_MESSAGES } from './conversation-cache.ts';
export type {
  ConfirmedMessage,
  ConversationView,
  OutgoingMessage,
  PendingChange,
  ShownMessage,
} from './conversation-view.ts';
export { type Client, type ClientOptions, createClient } from './create-client.ts';
export { applyUpdate, type ConversationState, foldSnapshot, type Member, type Message, unreadCount } from './fold.ts';
export type { Follower, Following } from './follow.ts';
export type { Inbox, InboxEntry, InboxView } from './inbox.ts';
export type { Persistence } from './kept.ts';
export type { Sending, SentMessage } from './outgoing-queue.ts';
export { ParleyError, type ParleyErrorCode } from './parley-error.ts';
export type { StartConversationInput } from './queue-entry.ts';
export type { Sharing } from './share-tabs.ts';
export { type ClientStorage, createMemoryStorage } from './storage.ts';
export type { Observable } from './store.ts';
export type * from './types.ts';
export { uuidV7 } from './uuid-v7.ts';
