import type { OnEditConflict } from './attempt-entry.ts';
import { type ConnectionOptions, type ConnectionState, createConnection } from './connection.ts';
import { type Conversation, type FollowedConversation, followConversation } from './conversation.ts';
import { createConversationCache } from './conversation-cache.ts';
import { type Follower, type Following, follow } from './follow.ts';
import { followInbox, type Inbox } from './inbox.ts';
import { createIndexedDbStorage } from './indexed-db-storage.ts';
import { createKept, type Persistence } from './kept.ts';
import { viewerQuery } from './operations.ts';
import { createOutgoingQueue } from './outgoing-queue.ts';
import { ParleyError } from './parley-error.ts';
import type { StartConversationInput } from './queue-entry.ts';
import { request } from './request.ts';
import { socketUrl } from './socket-url.ts';
import { type ClientStorage, createMemoryStorage } from './storage.ts';
import type { Observable } from './store.ts';
import { tokenClaims } from './token-claims.ts';
import type { Person } from './types.ts';
import { watchLeaving } from './watch-network.ts';

export interface ClientOptions extends ConnectionOptions {
  /**
   * Whose data it is, in your words: your id of the signed-in user, say. With it, what waits to be sent and recent
   * conversations are kept in the browser (IndexedDB), apart from everybody else's, and shared by the user's tabs.
   */
  cacheKey?: string;
  /** Instead of the browser's: `await openFileStorage(path)` of `client/node`, or your own. Default without cacheKey: memory. */
  storage?: ClientStorage;
  /** What becomes of an edit when the message was changed elsewhere meanwhile. Default `'overwrite'`: the last writer wins. */
  onEditConflict?: OnEditConflict;
  /**
   * How many answers that may be a message's own fault (INTERNAL_SERVER_ERROR, TIMEOUT, frame too large) it gets before it
   * counts as failed. Default 8: about two minutes. Lost connections, UNAVAILABLE and RATE_LIMITED do not count.
   */
  maxAttempts?: number;
  /**
   * Asked as a message is written: the context of what its writer did, in your own tracing (a W3C `traceparent`). The
   * message's trace then begins in the browser, and every attempt to send it is part of it.
   */
  traceparent?: () => string | undefined;
}

export interface Client {
  /** Whether the socket is up right now. */
  readonly online: boolean;
  readonly connection: Observable<ConnectionState>;
  /** Whether what waits would outlive a reload. */
  readonly persistence: Observable<Persistence>;
  /** True closes the socket and stays away until false: what is sent meanwhile waits. */
  setOffline(offline: boolean): void;
  /** Tries at once; also after the token was refused. */
  reconnect(): void;
  /** Who the token says I am. */
  viewer(): Promise<Person>;
  /** The live handle of a conversation; the same one until it is unfollowed. */
  conversation(id: string): Conversation;
  /** A new conversation, at once and also offline; write into it. Its `until(({ state }) => state !== null)` says when it exists. */
  startConversation(input?: StartConversationInput): Conversation;
  inbox(): Inbox;
  /** Any query or mutation; repeated for up to 15 s while the way there is broken. */
  request<T>(document: string, variables?: object): Promise<T>;
  /** Any subscription; taken up again after each interruption, with variables asked anew. */
  follow<T>(document: string, variables: () => object, follower: Follower<T>): Following;
  /** Ends everything; resolves when what is kept is stored. Without storage, what was not acknowledged is given up. */
  close(): Promise<void>;
  /** For sign-out: ends everything, in all tabs, and removes all that is kept of this participant, unsent messages too. */
  clear(): Promise<void>;
}

const DEFAULT_MAX_ATTEMPTS = 8;
/** Where it is stored whose data this is. */
const OWNER = 'owner';

/** A client of one Parley server, as one participant. Nothing is connected before it is needed. */
export function createClient(options: ClientOptions): Client {
  const { url, cacheKey, onEditConflict = 'overwrite', maxAttempts = DEFAULT_MAX_ATTEMPTS, traceparent } = options;
  const stored =
    cacheKey === undefined ? createMemoryStorage() : createIndexedDbStorage(`parley ${socketUrl(url)} ${cacheKey}`);
  const kept = createKept(options.storage ?? stored);
  const connection = createConnection(options, admit);
  const queue = createOutgoingQueue({ connection, kept, onEditConflict, maxAttempts, traceparent });
  const cache = createConversationCache(kept);
  const conversations = new Map<string, FollowedConversation>();

  const keepAll = () => Promise.all([...conversations.values()].map((handle) => handle.keep()));
  const unwatch = watchLeaving(() => void keepAll());
  kept.storage.sharing?.listen((news) => {
    if ((news as { cleared?: true }).cleared) void end(false);
  });

  /** Nothing of one participant is sent in another's name, or shown to them. */
  async function admit(token: string): Promise<void> {
    const { sub } = tokenClaims(token);
    const owner = (await kept.load<string>(OWNER)).get('');
    if (sub === undefined || sub === owner) return;
    if (owner === undefined) return void (await kept.save(new Map([[OWNER, sub]])));
    const error = new ParleyError(
      'WRONG_PARTICIPANT',
      'This token is of another participant than what is stored here.',
    );
    for (const handle of conversations.values()) handle.revoke(error);
    throw error;
  }

  function conversation(id: string): Conversation {
    let handle = conversations.get(id);
    if (!handle) {
      handle = followConversation({ connection, queue, cache }, id, () => conversations.delete(id));
      conversations.set(id, handle);
    }
    return handle;
  }

  async function end(keeping: boolean): Promise<void> {
    unwatch();
    const keptAll = keeping ? keepAll() : undefined;
    for (const handle of conversations.values()) handle.unfollow();
    connection.close();
    await Promise.all([keptAll, queue.close()]);
    if (!keeping) await kept.clear();
    await kept.close();
  }

  return {
    get online() {
      return connection.state.getSnapshot().status === 'online';
    },
    connection: connection.state,
    persistence: kept.state,
    setOffline: connection.setOffline,
    reconnect: connection.reconnect,
    async viewer() {
      const { viewer } = await request<{ viewer: Person }>(connection, viewerQuery, () => ({}));
      return viewer;
    },
    conversation,
    startConversation: (input = {}) => conversation(queue.start(input)),
    inbox: () => followInbox(connection, kept),
    request: (document, variables = {}) => request(connection, document, () => variables),
    follow: (document, variables, follower) => follow(connection, document, variables, follower),
    close: () => end(true),
    async clear() {
      kept.storage.sharing?.announce({ cleared: true });
      await end(false);
    },
  };
}
