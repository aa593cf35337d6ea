import { type Connection, type ConnectionOptions, type ConnectionState, createConnection } from './connection.ts';
import { type Conversation, followConversation } from './conversation.ts';
import { type Follower, type Following, follow } from './follow.ts';
import { followInbox, type Inbox } from './inbox.ts';
import { startConversationMutation, viewerQuery } from './operations.ts';
import { request } from './request.ts';
import type { Observable } from './store.ts';
import type { Person, Priority } from './types.ts';
import { uuidV7 } from './uuid-v7.ts';

export interface StartConversationInput {
  subject?: string;
  topic?: string;
  priority?: Priority;
}

export interface Client {
  /** Whether the socket is up right now. */
  readonly online: boolean;
  readonly connection: Observable<ConnectionState>;
  /** True closes the socket and stays away until false: what is sent meanwhile waits. */
  setOffline(offline: boolean): void;
  /** Tries at once; also after the token was refused. */
  reconnect(): void;
  /** Who the token says I am. */
  viewer(): Promise<Person>;
  /** The live handle of a conversation; the same one until it is unfollowed. */
  conversation(id: string): Conversation;
  /** Goes on until the conversation exists, once, whatever breaks meanwhile. */
  startConversation(input?: StartConversationInput): Promise<Conversation>;
  inbox(): Inbox;
  /** Any query or mutation; repeated for up to 15 s while the way there is broken. */
  request<T>(document: string, variables?: object): Promise<T>;
  /** Any subscription; taken up again after each interruption, with variables asked anew. */
  follow<T>(document: string, variables: () => object, follower: Follower<T>): Following;
  /** Ends everything. Messages that were not acknowledged yet are given up. */
  close(): void;
}

/** A client of one Parley server, as one participant. Nothing is connected before it is needed. */
export function createClient(options: ConnectionOptions): Client {
  const connection: Connection = createConnection(options);
  const conversations = new Map<string, Conversation>();

  function conversation(id: string): Conversation {
    let handle = conversations.get(id);
    if (!handle) {
      handle = followConversation(connection, id, () => conversations.delete(id));
      conversations.set(id, handle);
    }
    return handle;
  }

  return {
    get online() {
      return connection.state.getSnapshot().status === 'online';
    },
    connection: connection.state,
    setOffline: connection.setOffline,
    reconnect: connection.reconnect,
    async viewer() {
      const { viewer } = await request<{ viewer: Person }>(connection, viewerQuery, () => ({}));
      return viewer;
    },
    conversation,
    async startConversation(input = {}) {
      const id = uuidV7();
      await request(connection, startConversationMutation, () => ({ input: { id, ...input } }), { patient: true });
      return conversation(id);
    },
    inbox: () => followInbox(connection),
    request: (document, variables = {}) => request(connection, document, () => variables),
    follow: (document, variables, follower) => follow(connection, document, variables, follower),
    close() {
      for (const handle of conversations.values()) handle.unfollow();
      connection.close();
    },
  };
}
