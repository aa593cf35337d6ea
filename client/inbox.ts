import type { Connection } from './connection.ts';
import { CACHED_CONVERSATIONS } from './conversation-cache.ts';
import { type Following, follow } from './follow.ts';
import { createKeepSoon } from './keep-soon.ts';
import type { Kept } from './kept.ts';
import { inboxQuery, inboxUpdatesSubscription } from './operations.ts';
import type { ParleyError } from './parley-error.ts';
import { request } from './request.ts';
import { createStore, type Observable } from './store.ts';
import { type ConversationFields, type ConversationUpdate, isDurable, type WireMessage } from './types.ts';

export interface InboxEntry extends ConversationFields {
  /** The newest durable event that has arrived. */
  readonly headSeq: number;
  readonly unreadCount: number;
  readonly lastMessage: WireMessage | null;
  /** Of agents' internal notes: the conversation that they are about. */
  readonly notesOf: { readonly id: string } | null;
}

export interface InboxView {
  /** resuming: away, catching up, or still from the cache. */
  readonly phase: 'loading' | 'live' | 'resuming' | 'ended';
  /** The viewer's conversations, newest activity first. */
  readonly conversations: readonly InboxEntry[];
  readonly error: ParleyError | null;
}

export interface Inbox extends Observable<InboxView> {
  unfollow(): void;
}

interface InboxPage {
  conversations: {
    edges: {
      node: ConversationFields & { headSeq: number; unreadCount: number; messages: { edges: { node: WireMessage }[] } };
    }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

interface InboxUpdate {
  inboxUpdates: { conversation: Omit<InboxEntry, 'headSeq' | 'lastMessage'>; update: ConversationUpdate };
}

const KEY = 'inbox';

/**
 * All conversations that the viewer is a member of, each followed from where this device stands, over one subscription.
 * The newest are shown from the cache until the server has answered.
 */
export function followInbox(connection: Connection, kept: Kept): Inbox {
  const store = createStore<InboxView>({ phase: 'loading', conversations: [], error: null });
  let following: Following | undefined;
  let stopped = false;
  const keepSoon = createKeepSoon(keep);

  function set(change: Partial<InboxView>): void {
    store.set({ ...store.getSnapshot(), ...change });
    if (!stopped && change.conversations) keepSoon.ask();
  }

  function keep(): void {
    void kept.save(new Map([[KEY, store.getSnapshot().conversations.slice(0, CACHED_CONVERSATIONS)]]));
  }

  async function open(): Promise<void> {
    const cached = (await kept.load<InboxEntry[]>(KEY)).get('');
    if (cached && !stopped) store.set({ phase: 'resuming', conversations: cached, error: null });
    try {
      const conversations: InboxEntry[] = [];
      let after: string | null = null;
      do {
        const page: InboxPage = await request(connection, inboxQuery, () => ({ after }), { patient: true });
        for (const { node } of page.conversations.edges) {
          const { messages, ...fields } = node;
          conversations.push({ ...fields, lastMessage: messages.edges.at(-1)?.node ?? null, notesOf: null });
        }
        after = page.conversations.pageInfo.hasNextPage ? page.conversations.pageInfo.endCursor : null;
      } while (after && !stopped);
      set({ conversations, phase: 'live' });
    } catch (caught) {
      set({ phase: 'ended', error: caught as ParleyError });
      return;
    }
    if (stopped) return;
    following = follow<InboxUpdate>(
      connection,
      inboxUpdatesSubscription,
      () => ({
        positions: store.getSnapshot().conversations.map(({ id, headSeq }) => ({ conversationId: id, seq: headSeq })),
      }),
      {
        next: apply,
        interrupted: () => set({ phase: 'resuming' }),
        ended: (error) => set({ phase: 'ended', error }),
      },
    );
  }

  function apply({ inboxUpdates: { conversation, update } }: InboxUpdate): void {
    const { conversations } = store.getSnapshot();
    const known = conversations.find(({ id }) => id === conversation.id);
    const headSeq = known?.headSeq ?? 0;
    if (isDurable(update) && update.seq > headSeq + 1) {
      following?.restart();
      return;
    }
    const isNews = isDurable(update) && update.seq === headSeq + 1;
    const entry: InboxEntry = {
      ...conversation,
      headSeq: isNews ? update.seq : headSeq,
      lastMessage: lastMessage(known?.lastMessage ?? null, update),
    };
    set({
      phase: 'live',
      conversations: isNews
        ? [entry, ...conversations.filter((other) => other !== known)]
        : conversations.map((other) => (other === known ? entry : other)),
    });
  }

  void open();
  return {
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    unfollow() {
      stopped = true;
      keepSoon.cancel();
      following?.stop();
    },
  };
}

function lastMessage(shown: WireMessage | null, update: ConversationUpdate): WireMessage | null {
  if (!('message' in update)) return shown;
  const { message } = update;
  if (!shown || message.seq > shown.seq) return message;
  return message.id === shown.id && message.version >= shown.version ? message : shown;
}
